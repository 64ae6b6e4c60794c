#include "services/chat/api.h"

#include "services/host/poison/quarantine_api.h"

namespace status::chat {
namespace {

api::ErrorInfo unknown_conversation() {
  return {Code::not_found, "chat.unknown_conversation", "There is no conversation with this id."};
}
api::ErrorInfo bad_cursor() {
  return {Code::invalid_argument, "chat.bad_cursor", "The cursor is none that this method gave."};
}

}  // namespace

api::MethodInfo CreateConversation::info() {
  return {.name = "create_conversation",
          .summary =
              "Starts a conversation with the person who made the introduction. Calling it again with a newer "
              "introduction starts anew what has not been answered.",
          .effect = api::Effect::write,
          .errors = {
              {Code::invalid_argument, "chat.not_an_introduction", "The text is something else."},
              {Code::invalid_argument, "chat.introduction_version", "It was made by a newer protocol."},
              {Code::invalid_argument, "chat.introduction_damaged", "It is incomplete or mistyped."},
              {Code::invalid_argument, "chat.introduction_forged", "Its signature is not that of its identity."},
              {Code::invalid_argument, "chat.own_introduction", "It is this node's own."},
              {Code::failed_precondition, "chat.introduction_expired", "It is too old; ask for a new one."},
              {Code::resource_exhausted, "chat.too_many_conversations", "The limit of 10,000 is reached."},
              {Code::resource_exhausted, "chat.too_many_sessions", "It was tried too often with this peer."},
              {Code::resource_exhausted, "chat.node_full", "This node has 19,999 sessions, in all conversations."},
          }};
}

api::MethodInfo ListConversations::info() {
  return {.name = "list_conversations",
          .summary = "The conversations of this node.",
          .effect = api::Effect::read,
          .errors = {bad_cursor()}};
}

api::MethodInfo GetMessages::info() {
  return {.name = "get_messages",
          .summary = "A page of a conversation.",
          .effect = api::Effect::read,
          .errors = {unknown_conversation(), bad_cursor()}};
}

api::MethodInfo SendMessage::info() {
  return {.name = "send_message",
          .summary =
              "Stores and encrypts a message; it is delivered until the peer acknowledges it, across restarts of "
              "either end.",
          .effect = api::Effect::write,
          .errors = {
              unknown_conversation(),
              {Code::invalid_argument, "chat.bad_text", "The text is empty, too long or not UTF-8."},
              {Code::resource_exhausted, "chat.outbox_full", "10,000 messages of this conversation are on their way."},
          }};
}

api::MethodInfo MarkRead::info() {
  return {.name = "mark_read",
          .summary = "Marks incoming messages as read, on this node only.",
          .effect = api::Effect::write,
          .errors = {unknown_conversation(),
                     {Code::not_found, "chat.unknown_message", "There is no such message in this conversation."}}};
}

api::MethodInfo SetConversationNickname::info() {
  return {.name = "set_conversation_nickname",
          .summary = "Names a conversation, on this node only.",
          .effect = api::Effect::write,
          .errors = {unknown_conversation(),
                     {Code::invalid_argument, "chat.bad_text", "The nickname is too long or not UTF-8."}}};
}

api::MethodInfo DeleteConversation::info() {
  return {.name = "delete_conversation",
          .summary =
              "Removes a conversation and its messages from this node. The peer is not told; what is on its way "
              "to the peer is still delivered, and a new message brings the conversation back, empty.",
          .effect = api::Effect::write,
          .errors = {unknown_conversation()}};
}

api::MethodInfo Errors::info() {
  return {.name = "errors",
          .summary = "Incoming messages that could not be used, and why.",
          .effect = api::Effect::read,
          .errors = {bad_cursor()}};
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("chat", api_version(nullptr), "End-to-end encrypted conversations",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Identity>()
          .method<CreateIntroduction>()
          .method<CreateConversation>()
          .method<ListConversations>()
          .method<GetMessages>()
          .method<SendMessage>()
          .method<MarkRead>()
          .method<SetConversationNickname>()
          .method<DeleteConversation>()
          .method<Errors>()
          .method<host::QuarantineList>()
          .method<host::QuarantineRetry>()
          .method<host::QuarantineDrop>()
          .event<MessageReceived>("message_received", "A message has come and is stored.")
          .event<MessageProgress>("message_sent", "A message was handed to the network for the first time.")
          .event<MessageProgress>("message_delivered", "The peer has acknowledged a message.")
          .event<MessageMissing>("message_missing", "Messages did not come in time; those after them are shown.")
          .event<InboundError>("inbound_error", "An incoming message could not be used.")
          .event<ConversationCreated>("conversation_created", "A conversation was started here or by a peer.")
          .event<DeliveryStateChanged>("delivery_state_changed", "The connection to the network has changed.")
          .event<host::Quarantined>(host::kQuarantinedEvent, host::kQuarantinedSummary)
          .stream("events", "Everything that happens in conversations.");
  return declared;
}

}  // namespace status::chat
