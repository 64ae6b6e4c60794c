// What comes from the waku module: its durable stream of messages, and whether it is connected.
#pragma once

#include <memory>
#include <string>

#include "ipc/client/subscription.h"
#include "ipc/nng/timer_queue.h"
#include "services/chat/service.h"
#include "services/chat/waku_delivery.h"
#include "services/host/executor.h"
#include "services/host/poison/poison_guard.h"

namespace status::chat {

// What the service does with the stream of messages, which is one for all callers of the waku module: what others have
// subscribed to is passed over.
class WakuConsumer final : public host::DurableConsumer {
 public:
  explicit WakuConsumer(ChatService& service, metrics::CustodyLog custody = {})
      : service_(service), custody_(std::move(custody)) {}
  Status handle(const api::StreamReply& page) override;
  void set_aside(const api::StreamEvent& event) override;
  Status move_past(store::Transaction& tx, const std::string& cursor) override;
  // The payload: a repetition has another time stamp, so another hash.
  Bytes identity(const api::StreamEvent& event) const override;

 private:
  WakuPage page_of(const api::StreamReply& content) const;

  ChatService& service_;
  const metrics::CustodyLog custody_;
};

// Made outside the executor, and destroyed when that has stopped; the service is called on it.
class WakuInbox {
 public:
  // `guard` hands the messages to the service. `cursor`: where the service left off; empty: never read. All arguments
  // outlive this.
  WakuInbox(ipc::Client& waku, host::Executor& executor, ChatService& service, WakuDelivery& delivery,
            host::PoisonGuard& guard, const std::string& cursor);
  ~WakuInbox();

 private:
  void take(const std::shared_ptr<const api::StreamReply>& page, const ipc::Subscription::Resume& resume);
  void follow_connection(api::StreamReply page, ipc::Subscription::Resume resume);
  void began_anew();
  void ask_connection();
  // Not connected as far as this end knows; the waku module is asked every second until it answers. On the executor.
  void connection_unknown(const Error& error);
  void set_state(const std::string& state);

  ipc::Client& waku_;
  host::Executor& executor_;
  ChatService& service_;
  WakuDelivery& delivery_;
  host::PoisonGuard& guard_;
  bool asks_later_ = false;  // a timer is set
  ipc::TimerQueue timers_;
  ipc::Subscription messages_;
  ipc::Subscription connection_;
};

}  // namespace status::chat
