// The chat module without its process: typed methods over the database, the sessions and an abstract network.
//
// Thread: one at a time, on one executor, completions of Delivery included; it blocks only for the database. After any
// call into the service, and after each completion of Delivery, the owner arms its timer for next_attention() and calls
// tick() then.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "services/chat/api.h"
#include "services/chat/engine/inbound.h"
#include "services/chat/engine/outbound.h"
#include "services/chat/engine/x3dh_ratchet.h"
#include "services/chat/protocol/limits.h"
#include "services/chat/store/identity_table.h"
#include "services/host/store/idempotency.h"

namespace status::chat {

// The word of the network module for "no peers": acknowledgements wait.
inline constexpr std::string_view kDisconnected = "disconnected";

struct ChatConfig {
  RetryPolicy retry;
  InboundLimits inbound;
  RatchetLimits ratchet;
  std::chrono::milliseconds ack_delay{10};                  // for more to be acknowledged at once, or a text to ride on
  std::chrono::milliseconds duplicate_ack_interval{1'000};  // between acknowledgements of nothing new
  std::chrono::milliseconds gap_timeout{60'000};            // before a missing message is given up
  std::uint64_t max_unacknowledged = kMaxUnacknowledged;    // of a conversation
  std::size_t greeted_on_return = 64;                       // newest conversations that are told that this node is back
};

// Who calls, as far as repeated writes are concerned.
struct Caller {
  std::string name;             // module or front end identity, from the connection
  std::string idempotency_key;  // empty: none
};

class ChatService {
 public:
  // They outlive the service.
  struct Seams {
    store::Database& database;
    Delivery& delivery;
    EventSink& events;
    const Clock& clock;
    Random& random;
    // What stands before the sessions, given them; empty: nothing.
    std::function<std::unique_ptr<SessionFactory>(SessionFactory&)> around_sessions = {};
    metrics::CustodyLog custody = {};  // where the steps of messages are noted
  };

  // Migrates the database, makes the identity on the first start, subscribes, and goes on with what was on its way.
  // Errors are the store's.
  static Result<std::unique_ptr<ChatService>> open(const Seams& seams, const ChatConfig& config = {});
  ~ChatService();

  // The methods of api.h, with the errors that it lists and those of the store. A write is committed (FULL) before it
  // returns; one that fails has changed nothing. A write with an idempotency key gives its first reply again when it is
  // repeated.
  Result<Identity::Reply> identity(const Identity::Request& request, const Caller& caller);
  Result<CreateIntroduction::Reply> create_introduction(const CreateIntroduction::Request& request,
                                                        const Caller& caller);
  Result<CreateConversation::Reply> create_conversation(const CreateConversation::Request& request,
                                                        const Caller& caller);
  Result<ListConversations::Reply> list_conversations(const ListConversations::Request& request, const Caller& caller);
  Result<GetMessages::Reply> get_messages(const GetMessages::Request& request, const Caller& caller);
  Result<SendMessage::Reply> send_message(const SendMessage::Request& request, const Caller& caller);
  Result<MarkRead::Reply> mark_read(const MarkRead::Request& request, const Caller& caller);
  Result<SetConversationNickname::Reply> set_conversation_nickname(const SetConversationNickname::Request& request,
                                                                   const Caller& caller);
  Result<DeleteConversation::Reply> delete_conversation(const DeleteConversation::Request& request,
                                                        const Caller& caller);
  Result<Errors::Reply> errors(const Errors::Request& request, const Caller& caller);

  // A page of the network's durable stream. Success: committed together with its cursor, whatever it was. An error is
  // the store's: nothing has changed, give it again later.
  Status on_waku_page(const WakuPage& page);
  // Stores where to go on, for messages that are kept elsewhere.
  static Status move_past(store::Transaction& tx, const std::string& waku_cursor);
  // Where to go on in that stream; empty: never read.
  Result<std::string> waku_cursor();
  // "disconnected", "partially_connected" or "connected". Becoming connected, even partially, makes everything due.
  void on_delivery_state(const std::string& state, const std::string& detail);

  // Sends what is due. Returns next_attention(). When the database refuses, it tries again after a second, and
  // `trouble` says why.
  std::optional<MonotonicTime> tick();
  // Empty: nothing is waiting for a time.
  std::optional<MonotonicTime> next_attention() const;
  // What keeps this from working as it should: the store's last error in tick() or with a page, or that of a
  // conversation that can neither acknowledge nor go on. Empty once it works again.
  std::optional<Error> trouble() const;

 private:
  ChatService(const Seams& seams, const ChatConfig& config, const tables::StoredIdentity& identity,
              std::unique_ptr<store::Idempotency> idempotency);
  Status resume();
  void delete_expired_prekeys();

  // Runs `effect(tx)` and commits it, once per idempotency key.
  template <class M, class Effect>
  Result<typename M::Reply> write(std::string_view method, const typename M::Request& request, const Caller& caller,
                                  Effect effect);
  Result<tables::Conversation> require_conversation(store::Transaction& tx, const std::string& name);
  Result<CreateConversation::Reply> start_conversation(store::Transaction& tx, const PrekeyBundle& bundle);
  Status start_session(store::Transaction& tx, const tables::Conversation& conversation, const PrekeyBundle& bundle);
  Status invite_again(store::Transaction& tx, tables::Conversation& conversation, const PrekeyBundle& bundle);
  Result<ConversationView> view_conversation(store::Transaction& tx, const tables::Conversation& conversation);

  // service_delivery.cpp
  void hand_over();
  std::vector<std::optional<Parcel>> stored_parcels(const std::vector<RetrySchedule::Item>& items);
  std::optional<Parcel> seal_anew(const RetrySchedule::Item& item);
  void handed_over(const RetrySchedule::Item& item, const Status& outcome);
  Status store_progress();
  Status send_acknowledgements();
  void hand_over_acknowledgement(std::int64_t conversation);
  void acknowledged(std::int64_t conversation, const Status& outcome);
  Status give_up_gaps();
  using ForOne = std::function<Status(store::Transaction& tx, tables::Conversation& conversation)>;
  // Runs and commits the effect for each, one transaction at a time.
  Status for_each(const std::vector<std::int64_t>& conversations, const ForOne& effect);
  Status for_one(std::int64_t id, const ForOne& effect);
  Status greet(store::Transaction& tx);

  const Seams seams_;
  const ChatConfig config_;
  const tables::StoredIdentity identity_;
  std::unique_ptr<store::Idempotency> idempotency_;
  RetrySchedule retries_;
  AckSchedule acks_;
  GapTimers gaps_;
  X3dhRatchet ratchet_;
  const std::unique_ptr<SessionFactory> around_;  // null: nothing is
  SessionBox sessions_;
  Outbound outbound_;
  Inbound inbound_;
  struct Acknowledgement {
    Parcel parcel;
    bool under_way = false;
  };
  std::map<std::int64_t, Acknowledgement> acknowledging_;  // conversations whose last one the network has not taken
  std::vector<RetrySchedule::Item> progress_;              // handed over, and not yet stored as such
  std::optional<MonotonicTime> progress_due_;
  std::optional<MonotonicTime> stalled_until_;  // after an error of the store
  std::optional<Error> trouble_;                // of the last tick
  std::optional<Error> page_trouble_;           // of the last page
  std::map<std::int64_t, Error> broken_;        // conversations, and what is wrong with them
  std::string delivery_state_;                  // empty until the network module has said something
  // Completions hold a weak reference: one that comes after the end does nothing.
  std::shared_ptr<ChatService*> self_ = std::make_shared<ChatService*>(this);
};

}  // namespace status::chat
