// Names that both ends derive on their own: where a party listens, and the ids of sessions, conversations and messages.
// Pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "services/chat/crypto/x3dh.h"

namespace status::chat {

using SessionId = std::array<std::uint8_t, 16>;
using MessageId = std::array<std::uint8_t, 16>;

// Whether a content topic is an address of this protocol, be it somebody else's.
bool is_chat_topic(std::string_view topic);

// Where everybody can reach an identity with a first message.
std::string inbox_topic(const PublicKey& identity);

// Where the two ends of a session listen. Only they can derive the topics: an observer cannot tell whose they are.
struct SessionTopics {
  std::string initiator;  // the initiator listens here
  std::string responder;
};
SessionTopics session_topics(const X3dhAgreement& agreement);

// Names the agreement that `header` starts with `responder`.
SessionId session_id(const X3dhHeader& header, const PublicKey& responder);

// 32 hex digits; the same for both ends, and for every session between them.
std::string conversation_id(const PublicKey& one, const PublicKey& other);

// The message with this sequence number from `sender`.
MessageId message_id(std::string_view conversation, const PublicKey& sender, std::uint64_t sequence);

}  // namespace status::chat
