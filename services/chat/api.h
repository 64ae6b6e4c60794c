// The interface of the chat module: encrypted 1:1 conversations. This file is the specification; api.cpp lists what
// belongs to it.
//
// A conversation is named by a string that is the same at both ends. Messages are kept in the order in which this node
// shows them: the sender's order, with messages that were given up and came late at the time they came.
#pragma once

#include "ipc/api/interface.h"
#include "ipc/api/types.h"

namespace status::chat {

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

// The words of MessageView::state.
inline constexpr std::string_view kStatePending = "pending";      // outgoing: stored, on its way
inline constexpr std::string_view kStateSent = "sent";            // outgoing: handed to the network
inline constexpr std::string_view kStateDelivered = "delivered";  // outgoing: the peer has it
inline constexpr std::string_view kStateReceived = "received";    // incoming: not read yet
inline constexpr std::string_view kStateRead = "read";            // incoming

struct MessageView {
  HexBytes message_id;
  HexBytes sender;
  std::string content;
  std::int64_t time_ms = 0;
  bool outgoing = false;
  std::string state;
  bool late = false;

  static void describe(api::Fields<MessageView>& f) {
    f.add("message_id", &MessageView::message_id, "The same at both ends.").length(16, 16);
    f.add("sender", &MessageView::sender, "The sender's identity key.").length(32, 32);
    f.add("content", &MessageView::content, "UTF-8 text.").code_points(1, 4096);
    f.add("time_ms", &MessageView::time_ms, "When it was written, by the sender's clock: for display, not for order.");
    f.add("outgoing", &MessageView::outgoing, "Whether this node sent it.");
    f.add("state", &MessageView::state, "How far it has come.")
        .one_of({"pending", "sent", "delivered", "received", "read"});
    f.add("late", &MessageView::late, "It came after it had been reported missing, so later than its place.");
  }
};

struct ConversationView {
  std::string conversation;
  HexBytes peer;
  std::string nickname;
  std::int64_t created_ms = 0;
  bool confirmed = false;
  std::uint64_t unread = 0;
  std::uint64_t undelivered = 0;
  std::optional<MessageView> last_message;

  static void describe(api::Fields<ConversationView>& f) {
    f.add("conversation", &ConversationView::conversation, "Id of the conversation.").length(1, 64);
    f.add("peer", &ConversationView::peer, "The other party's identity key.").length(32, 32);
    f.add("nickname", &ConversationView::nickname, "As set on this node; may be empty.");
    f.add("created_ms", &ConversationView::created_ms, "When this node first knew it.");
    f.add("confirmed", &ConversationView::confirmed, "The peer has answered at least once.");
    f.add("unread", &ConversationView::unread, "Incoming messages that have not been marked as read.");
    f.add("undelivered", &ConversationView::undelivered, "Outgoing messages that the peer has not acknowledged.");
    f.add("last_message", &ConversationView::last_message, "The newest message, if there is one.");
  }
};

struct Identity {
  using Request = api::Empty;
  struct Reply {
    HexBytes identity;
    std::int64_t created_ms = 0;
    static void describe(api::Fields<Reply>& f) {
      f.add("identity", &Reply::identity, "Ed25519 public key, made when the module first started.").length(32, 32);
      f.add("created_ms", &Reply::created_ms, "When it was made.");
    }
  };
  static api::MethodInfo info() {
    return {.name = "identity", .summary = "Who this node is to others.", .effect = api::Effect::read};
  }
};

struct CreateIntroduction {
  struct Request {
    bool single_use = false;
    std::int64_t valid_ms = 14LL * 86'400'000;
    static void describe(api::Fields<Request>& f) {
      f.add("single_use", &Request::single_use,
            "Adds a one-time prekey: stronger secrecy for the first message, but only one person can use it.")
          .optional();
      f.add("valid_ms", &Request::valid_ms, "How long it can be used: one minute to 30 days; 14 days by default.")
          .range(60'000, 30LL * 86'400'000)
          .optional();
    }
  };
  struct Reply {
    std::string introduction;
    std::int64_t expires_ms = 0;
    static void describe(api::Fields<Reply>& f) {
      f.add("introduction", &Reply::introduction, "Text to hand to others: `status-intro:1:…`.").length(1, 512);
      f.add("expires_ms", &Reply::expires_ms, "By this node's clock.");
    }
  };
  static api::MethodInfo info() {
    return {.name = "create_introduction",
            .summary = "Makes a text with which others can start a conversation with this node.",
            .effect = api::Effect::write};
  }
};

struct CreateConversation {
  struct Request {
    std::string introduction;
    static void describe(api::Fields<Request>& f) {
      f.add("introduction", &Request::introduction, "What the other person handed over.").length(1, 4096);
    }
  };
  struct Reply {
    std::string conversation;
    HexBytes peer;
    bool created = false;
    static void describe(api::Fields<Reply>& f) {
      f.add("conversation", &Reply::conversation, "Id of the conversation.").length(1, 64);
      f.add("peer", &Reply::peer, "The other party's identity key.").length(32, 32);
      f.add("created", &Reply::created, "False when there was a conversation with this peer already.");
    }
  };
  static api::MethodInfo info();
};

struct ListConversations {
  struct Request {
    std::optional<std::string> cursor;
    std::uint32_t limit = 100;
    static void describe(api::Fields<Request>& f) {
      f.add("cursor", &Request::cursor, "From the reply before; absent: from the first.").length(1, 32);
      f.add("limit", &Request::limit, "Conversations in the reply.").range(1, 1000).optional();
    }
  };
  struct Reply {
    std::vector<ConversationView> conversations;
    std::optional<std::string> cursor;
    static void describe(api::Fields<Reply>& f) {
      f.add("conversations", &Reply::conversations, "In the order of their creation.");
      f.add("cursor", &Reply::cursor, "For the next page; absent on the last.");
    }
  };
  static api::MethodInfo info();
};

struct GetMessages {
  struct Request {
    std::string conversation;
    std::optional<std::string> cursor;
    std::uint32_t limit = 20;
    std::string direction = "older";
    static void describe(api::Fields<Request>& f) {
      f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
      f.add("cursor", &Request::cursor,
            "From a reply before; absent: from the newest (older) or oldest (newer) message.")
          .length(1, 32);
      f.add("limit", &Request::limit, "Messages in the reply.").range(1, 200).optional();
      f.add("direction", &Request::direction, "`older`: newest first, back in time; `newer`: oldest first, forward.")
          .one_of({"older", "newer"})
          .optional();
    }
  };
  struct Reply {
    std::vector<MessageView> messages;
    std::optional<std::string> cursor;
    static void describe(api::Fields<Reply>& f) {
      f.add("messages", &Reply::messages, "In the order of the direction.");
      f.add("cursor", &Reply::cursor,
            "Goes on after these messages in the same direction. Absent at the oldest; going newer it is always there "
            "and can be asked again for what has come since.");
    }
  };
  static api::MethodInfo info();
};

struct SendMessage {
  struct Request {
    std::string conversation;
    std::string content;
    static void describe(api::Fields<Request>& f) {
      f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
      f.add("content", &Request::content, "UTF-8 text.").code_points(1, 4096);
    }
  };
  struct Reply {
    HexBytes message_id;
    static void describe(api::Fields<Reply>& f) {
      f.add("message_id", &Reply::message_id, "The same at both ends.").length(16, 16);
    }
  };
  static api::MethodInfo info();
};

struct MarkRead {
  struct Request {
    std::string conversation;
    std::optional<HexBytes> message_id;
    static void describe(api::Fields<Request>& f) {
      f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
      f.add("message_id", &Request::message_id, "Everything up to this message; absent: everything.").length(16, 16);
    }
  };
  struct Reply {
    std::uint64_t unread = 0;
    static void describe(api::Fields<Reply>& f) { f.add("unread", &Reply::unread, "Messages that stay unread."); }
  };
  static api::MethodInfo info();
};

struct SetConversationNickname {
  struct Request {
    std::string conversation;
    std::string nickname;
    static void describe(api::Fields<Request>& f) {
      f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
      f.add("nickname", &Request::nickname, "For this node only; empty removes it.").code_points(0, 64);
    }
  };
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct DeleteConversation {
  struct Request {
    std::string conversation;
    static void describe(api::Fields<Request>& f) {
      f.add("conversation", &Request::conversation, "Id of the conversation.").length(1, 64);
    }
  };
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct InboundErrorView {
  std::int64_t time_ms = 0;
  std::string reason;
  std::string message;
  HexBytes message_hash;
  static void describe(api::Fields<InboundErrorView>& f) {
    f.add("time_ms", &InboundErrorView::time_ms, "When it came.");
    f.add("reason", &InboundErrorView::reason, "Stable word, for example `chat.undecryptable`.");
    f.add("message", &InboundErrorView::message, "For people.");
    f.add("message_hash", &InboundErrorView::message_hash, "Of the Waku message.");
  }
};

struct Errors {
  struct Request {
    std::optional<std::string> cursor;
    std::uint32_t limit = 20;
    static void describe(api::Fields<Request>& f) {
      f.add("cursor", &Request::cursor, "From the reply before; absent: from the newest.").length(1, 32);
      f.add("limit", &Request::limit, "Errors in the reply.").range(1, 200).optional();
    }
  };
  struct Reply {
    std::vector<InboundErrorView> errors;
    std::optional<std::string> cursor;
    static void describe(api::Fields<Reply>& f) {
      f.add("errors", &Reply::errors, "Newest first; the 1,000 newest are kept.");
      f.add("cursor", &Reply::cursor, "For the next page; absent on the last.");
    }
  };
  static api::MethodInfo info();
};

// Events.

struct MessageReceived {
  std::string conversation;
  MessageView message;
  static void describe(api::Fields<MessageReceived>& f) {
    f.add("conversation", &MessageReceived::conversation, "Id of the conversation.");
    f.add("message", &MessageReceived::message, "As get_messages shows it.");
  }
};

// Of message_sent and message_delivered.
struct MessageProgress {
  std::string conversation;
  HexBytes message_id;
  static void describe(api::Fields<MessageProgress>& f) {
    f.add("conversation", &MessageProgress::conversation, "Id of the conversation.");
    f.add("message_id", &MessageProgress::message_id, "As send_message answered it.");
  }
};

struct MessageMissing {
  std::string conversation;
  std::uint64_t count = 0;
  static void describe(api::Fields<MessageMissing>& f) {
    f.add("conversation", &MessageMissing::conversation, "Id of the conversation.");
    f.add("count", &MessageMissing::count, "How many messages are missing before the next one that is shown.");
  }
};

struct InboundError {
  std::string reason;
  HexBytes message_hash;
  static void describe(api::Fields<InboundError>& f) {
    f.add("reason", &InboundError::reason, "Stable word, for example `chat.undecryptable`.");
    f.add("message_hash", &InboundError::message_hash, "Of the Waku message.");
  }
};

struct ConversationCreated {
  std::string conversation;
  HexBytes peer;
  bool outgoing = false;
  static void describe(api::Fields<ConversationCreated>& f) {
    f.add("conversation", &ConversationCreated::conversation, "Id of the conversation.");
    f.add("peer", &ConversationCreated::peer, "The other party's identity key.");
    f.add("outgoing", &ConversationCreated::outgoing, "Whether this node started it.");
  }
};

struct DeliveryStateChanged {
  std::string state;
  std::string detail;
  static void describe(api::Fields<DeliveryStateChanged>& f) {
    f.add("state", &DeliveryStateChanged::state, "Whether messages can leave this node.")
        .one_of({"disconnected", "partially_connected", "connected"});
    f.add("detail", &DeliveryStateChanged::detail, "For people.");
  }
};

}  // namespace status::chat
