// Rows of the tables as the interface shows them. Pure functions; any thread.
#pragma once

#include "services/chat/api.h"
#include "services/chat/store/conversation_table.h"
#include "services/chat/store/message_table.h"

namespace status::chat {

template <class Array>
HexBytes hex_bytes(const Array& bytes) {
  return {to_bytes(bytes)};
}

// `self` is this node's identity.
MessageView view_of(const tables::Message& message, const tables::Conversation& conversation, const PublicKey& self);

}  // namespace status::chat
