#include "services/chat/waku_delivery.h"

#include <algorithm>
#include <iterator>

#include "ipc/client/typed.h"
#include "ipc/wire/deadline_scope.h"
#include "services/waku/api.h"

namespace status::chat {
namespace {

constexpr std::string_view kWaku = "waku";
constexpr std::uint32_t kDeadlineMs = 10'000;
constexpr std::chrono::milliseconds kSubscribeRetry{100};
constexpr std::chrono::milliseconds kRefusedRetry{10'000};
constexpr std::size_t kBatch = 500;  // topics of one call: half of what the waku module takes

template <class Reply>
Status outcome_of(const Result<Reply>& reply) {
  return reply ? Status{} : Status(fail(reply.error()));
}

// The waku module has looked at the topics and does not take them, unlike one that is away or busy.
bool is_refusal(const Error& error) {
  if (error.retryable || error.code == Code::unavailable) return false;
  return error.code == Code::invalid_argument || error.reason.starts_with("waku.");
}

}  // namespace

void WakuDelivery::send(Parcel parcel, Done done) {
  Waiting message{std::move(parcel), std::move(done)};
  if (missing_.empty()) return send_now(std::move(message));
  waiting_.push_back(std::move(message));
}

void WakuDelivery::send_now(Waiting message) {
  const ipc::DeadlineScope unlimited(std::nullopt);  // whoever sent it has the answer before it leaves
  waku::Send::Request request;
  request.content_topic = std::move(message.parcel.topic);
  request.payload = std::move(message.parcel.payload);
  request.ephemeral = message.parcel.ephemeral;
  ipc::call_async<waku::Send>(waku_, request, {.deadline_ms = kDeadlineMs},
                              [this, done = std::move(message.done), id = message.parcel.message,
                               ephemeral = message.parcel.ephemeral](const Result<waku::Send::Reply>& reply) {
                                reply ? note_handed_over({reply->message_hash.bytes, id}, ephemeral) : note_refusal(id);
                                // A backend that has this very message already is not asked for more.
                                const bool known = !reply && reply.error().reason == "waku.duplicate_message";
                                const Status outcome = known ? Status{} : outcome_of(reply);
                                executor_.post([done, outcome] { done(outcome); });
                              });
}

void WakuDelivery::subscribe(const std::string& topic) {
  wanted_.insert(topic);
  missing_.insert(topic);
  request_topics();
}

void WakuDelivery::subscribe_all() {
  ++round_;
  missing_ = wanted_;
  request_topics();
}

void WakuDelivery::request_topics() {
  if (asking_ || missing_.empty()) return;
  const ipc::DeadlineScope unlimited(std::nullopt);
  asking_ = true;
  const auto end = std::next(missing_.begin(), static_cast<std::ptrdiff_t>(std::min(missing_.size(), kBatch)));
  waku::Subscribe::Request request;
  request.content_topics.assign(missing_.begin(), end);
  ipc::call_async<waku::Subscribe>(
      waku_, request, {.deadline_ms = kDeadlineMs},
      [this, topics = request.content_topics, round = round_](const Result<waku::Subscribe::Reply>& reply) {
        executor_.post([this, topics, round, outcome = outcome_of(reply)] { topics_answered(topics, round, outcome); });
      });
}

void WakuDelivery::topics_answered(const std::vector<std::string>& topics, std::uint64_t round, const Status& outcome) {
  asking_ = false;
  if (!outcome && !is_refusal(outcome.error())) {
    timers_.schedule(std::chrono::steady_clock::now() + kSubscribeRetry,
                     [this] { executor_.post([this] { request_topics(); }); });
    return refuse_waiting(outcome.error());
  }
  if (round == round_) {
    for (const std::string& topic : topics) {
      missing_.erase(topic);
      if (outcome) {
        refused_.erase(topic);
      } else {
        refused_.insert(topic);
      }
    }
  }
  if (!outcome) {
    trouble_ = outcome.error();
    ask_for_refused_later();
  } else if (refused_.empty()) {
    trouble_.reset();
  }
  if (!missing_.empty()) return request_topics();
  for (Waiting& message : std::exchange(waiting_, {})) send_now(std::move(message));
}

// Without the topics nothing may leave; the outbox tries again later.
void WakuDelivery::refuse_waiting(const Error& error) {
  for (Waiting& message : std::exchange(waiting_, {})) {
    note_refusal(message.parcel.message);
    message.done(fail(error));
  }
}

// What is ephemeral is lost with the process that has it: nobody has to go on with it.
void WakuDelivery::note_handed_over(const metrics::MessageNames& message, bool ephemeral) const {
  ephemeral ? custody_.end(metrics::Step::handed_to_waku, message)
            : custody_.hand_over(metrics::Step::handed_to_waku, message, kWaku);
}

// It is not chat that has to go on with it.
void WakuDelivery::note_refusal(const MessageId& message) const {
  if (message != MessageId{}) custody_.hand_over(metrics::Step::encrypted, {.id = message}, kWaku);
}

void WakuDelivery::ask_for_refused_later() {
  if (std::exchange(refused_due_, true)) return;
  timers_.schedule(std::chrono::steady_clock::now() + kRefusedRetry, [this] {
    executor_.post([this] {
      refused_due_ = false;
      missing_.insert(refused_.begin(), refused_.end());
      request_topics();
    });
  });
}

}  // namespace status::chat
