// What comes from the waku module: its durable stream of messages, and whether it is connected.
#pragma once

#include <memory>
#include <string>

#include "ipc/client/subscription.h"
#include "ipc/nng/timer_queue.h"
#include "services/chat/service.h"
#include "services/host/executor.h"

namespace status::chat {

// Made and destroyed outside the executor; the service is called on it.
class WakuInbox {
 public:
  // `cursor`: where the service left off; empty: never read. All arguments outlive this.
  WakuInbox(ipc::Client& waku, host::Executor& executor, ChatService& service, const std::string& cursor);
  ~WakuInbox();

 private:
  void take(const std::shared_ptr<const WakuPage>& page, const ipc::Subscription::Resume& resume);
  void follow_connection(api::StreamReply page, ipc::Subscription::Resume resume);
  void ask_connection();
  void set_state(const std::string& state, const std::string& detail);

  ipc::Client& waku_;
  host::Executor& executor_;
  ChatService& service_;
  ipc::TimerQueue timers_;
  ipc::Subscription messages_;
  ipc::Subscription connection_;
};

}  // namespace status::chat
