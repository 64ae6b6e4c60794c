// The chat module's network: calls to the waku module, answered on the chat executor.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ipc/client/client.h"
#include "ipc/nng/timer_queue.h"
#include "metrics/custody.h"
#include "services/chat/engine/delivery.h"
#include "services/host/executor.h"

namespace status::chat {

// Everything runs on the executor, like the service that calls it; only the answers arrive on NNG's threads, and are
// posted. A send waits until the topics that were subscribed before it are in place, so that no answer to it can be
// missed. Topics that the waku module refuses are asked for again later and hold up nothing: what belongs to others can
// be sent.
class WakuDelivery final : public Delivery {
 public:
  // The client outlives this, and this outlives the executor's jobs. What the waku module has taken is noted in
  // `custody`.
  WakuDelivery(ipc::Client& waku, host::Executor& executor, metrics::CustodyLog custody = {})
      : waku_(waku), executor_(executor), custody_(std::move(custody)) {}

  void send(Parcel parcel, Done done) override;
  void subscribe(const std::string& topic) override;
  // The waku module has lost what it knew: every topic is subscribed anew.
  void subscribe_all();

  // Why topics are not in place; empty once they are.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  struct Waiting {
    Parcel parcel;
    Done done;
  };

  void request_topics();
  void topics_answered(const std::vector<std::string>& topics, std::uint64_t round, const Status& outcome);
  void refuse_waiting(const Error& error);
  void note_handed_over(const metrics::MessageNames& message, bool ephemeral) const;
  void note_refusal(const MessageId& message) const;
  void ask_for_refused_later();
  void send_now(Waiting message);

  ipc::Client& waku_;
  host::Executor& executor_;
  const metrics::CustodyLog custody_;
  std::set<std::string> wanted_;
  std::set<std::string> missing_;  // of these, to be subscribed before anything is sent
  std::set<std::string> refused_;  // of these
  std::uint64_t round_ = 0;        // of subscribe_all: an answer from before it confirms nothing
  bool asking_ = false;
  bool refused_due_ = false;  // a timer is set
  std::optional<Error> trouble_;
  std::vector<Waiting> waiting_;
  ipc::TimerQueue timers_;
};

}  // namespace status::chat
