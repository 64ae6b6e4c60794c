// The chat module's network: calls to the waku module, answered on the chat executor.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ipc/client/client.h"
#include "ipc/nng/timer_queue.h"
#include "services/chat/engine/delivery.h"
#include "services/host/executor.h"

namespace status::chat {

// Everything runs on the executor, like the service that calls it; only the answers arrive on NNG's threads, and are
// posted. A send waits until the topics that were subscribed before it are in place, so that no answer to it can be
// missed.
class WakuDelivery final : public Delivery {
 public:
  // The client outlives this, and this outlives the executor's jobs.
  WakuDelivery(ipc::Client& waku, host::Executor& executor) : waku_(waku), executor_(executor) {}

  void send(Parcel parcel, Done done) override;
  void subscribe(const std::string& topic) override;

 private:
  struct Waiting {
    Parcel parcel;
    Done done;
  };

  void request_topics();
  void topics_answered(const std::vector<std::string>& topics, const Status& outcome);
  void send_now(Waiting message);

  ipc::Client& waku_;
  host::Executor& executor_;
  std::set<std::string> missing_;  // wanted, and not confirmed
  bool asking_ = false;
  std::vector<Waiting> waiting_;
  ipc::TimerQueue timers_;
};

}  // namespace status::chat
