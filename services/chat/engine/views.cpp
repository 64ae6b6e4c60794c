#include "services/chat/engine/views.h"

namespace status::chat {
namespace {

std::string_view word_of(const tables::Message& message, const tables::Conversation& conversation) {
  switch (message.state) {
    case tables::MessageState::pending:
      return kStatePending;
    case tables::MessageState::sent:
      return kStateSent;
    case tables::MessageState::delivered:
      return kStateDelivered;
    case tables::MessageState::received:
      return message.position <= conversation.read_position ? kStateRead : kStateReceived;
  }
  return kStatePending;
}

}  // namespace

MessageView view_of(const tables::Message& message, const tables::Conversation& conversation, const PublicKey& self) {
  MessageView view;
  view.message_id = hex_bytes(message.id);
  view.sender = hex_bytes(message.outgoing ? self : conversation.peer);
  view.content = message.content;
  view.time_ms = message.time_ms;
  view.outgoing = message.outgoing;
  view.state = word_of(message, conversation);
  view.late = message.late;
  return view;
}

}  // namespace status::chat
