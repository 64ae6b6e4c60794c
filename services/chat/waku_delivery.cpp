#include "services/chat/waku_delivery.h"

#include "ipc/client/typed.h"
#include "services/waku/api.h"

namespace status::chat {
namespace {

constexpr std::uint32_t kDeadlineMs = 10'000;
constexpr std::chrono::milliseconds kSubscribeRetry{100};

template <class Reply>
Status outcome_of(const Result<Reply>& reply) {
  return reply ? Status{} : Status(fail(reply.error()));
}

}  // namespace

void WakuDelivery::send(Parcel parcel, Done done) {
  Waiting message{std::move(parcel), std::move(done)};
  if (missing_.empty()) return send_now(std::move(message));
  waiting_.push_back(std::move(message));
}

void WakuDelivery::send_now(Waiting message) {
  waku::Send::Request request;
  request.content_topic = std::move(message.parcel.topic);
  request.payload = std::move(message.parcel.payload);
  request.ephemeral = message.parcel.ephemeral;
  ipc::call_async<waku::Send>(waku_, request, {.deadline_ms = kDeadlineMs},
                              [this, done = std::move(message.done)](const Result<waku::Send::Reply>& reply) {
                                // A backend that has this very message already is not asked for more.
                                const bool known = !reply && reply.error().reason == "waku.duplicate_message";
                                const Status outcome = known ? Status{} : outcome_of(reply);
                                executor_.post([done, outcome] { done(outcome); });
                              });
}

void WakuDelivery::subscribe(const std::string& topic) {
  missing_.insert(topic);
  request_topics();
}

void WakuDelivery::request_topics() {
  if (asking_ || missing_.empty()) return;
  asking_ = true;
  waku::Subscribe::Request request;
  request.content_topics.assign(missing_.begin(), missing_.end());
  ipc::call_async<waku::Subscribe>(
      waku_, request, {.deadline_ms = kDeadlineMs},
      [this, topics = request.content_topics](const Result<waku::Subscribe::Reply>& reply) {
        executor_.post([this, topics, outcome = outcome_of(reply)] { topics_answered(topics, outcome); });
      });
}

void WakuDelivery::topics_answered(const std::vector<std::string>& topics, const Status& outcome) {
  asking_ = false;
  if (outcome) {
    for (const std::string& topic : topics) missing_.erase(topic);
  } else {
    timers_.schedule(std::chrono::steady_clock::now() + kSubscribeRetry,
                     [this] { executor_.post([this] { request_topics(); }); });
  }
  // Without the topics nothing may leave; the outbox tries again later.
  if (missing_.empty() || !outcome) {
    for (Waiting& message : std::exchange(waiting_, {})) {
      outcome ? send_now(std::move(message)) : message.done(outcome);
    }
  }
  if (outcome) request_topics();
}

}  // namespace status::chat
