#include "services/host/native/dispatcher.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>

#include "ipc/base/cpu_scope.h"
#include "ipc/wire/limits.h"
#include "services/host/native/foreign_text.h"

namespace status::host::native {

using std::chrono::milliseconds;

namespace {

MonotonicTime now() { return std::chrono::steady_clock::now(); }

// Room for the envelope.
constexpr std::size_t kLargestReply = ipc::kMaxMessage - (1U << 16U);

Result<std::string> to_answer(ReplyKind kind, std::string_view text) {
  if (text.size() > kLargestReply) {
    return fail(Code::resource_exhausted, "native.too_large",
                "the library's answer has " + std::to_string(text.size()) + " bytes");
  }
  if (kind == ReplyKind::answered) return copy_text(text);
  if (kind == ReplyKind::stuck) return fail(make_retryable(Code::unavailable, "native.stuck", copy_text(text)));
  return fail(Code::internal, "native.library_error", copy_text(text));
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, const ProcessGuard& guard, DispatcherListener& listener)
    : options_(options),
      guard_(guard),
      listener_(listener),
      executor_([this] { look(); }, [this] { return next_look(); }),
      calls_([this] {
        if (const auto names = guard_.restore(); !names.empty()) listener_.on_handlers_restored(names);
      }) {
  set_callback_sink(this);
}

Dispatcher::~Dispatcher() {
  set_callback_sink(nullptr);
  executor_.stop();
}

void Dispatcher::call(const char* function, MonotonicTime deadline, Invoke invoke, Done done) {
  begin(function, options_.return_within, deadline, std::move(invoke), std::move(done));
}

void Dispatcher::begin(const char* function, milliseconds return_within, MonotonicTime deadline, Invoke invoke,
                       Done done) {
  const auto shared = std::make_shared<Done>(std::move(done));
  const Status taken = executor_.run([&]() -> Status {
    const Result<Token> token =
        pending_.add(function, deadline, [shared](Result<std::string> answer) { (*shared)(std::move(answer)); });
    if (!token) return fail(token.error());
    calls_.post(function, return_within, [this, token = *token, invoke = std::move(invoke)] { issue(token, invoke); });
    return {};
  });
  if (taken) return;
  if (pending_.waiting() == 0) {
    executor_.post([this] { say_broken({"none of the library's answers comes any more"}); });
  }
  (*shared)(fail(taken.error()));
}

void Dispatcher::issue(Token token, const Invoke& invoke) {
  if (!pending_.still_wanted(token)) return;
  const std::chrono::nanoseconds before = thread_cpu_time();
  const bool accepted = invoke(token);
  if (pending_.returned(token, accepted, thread_cpu_time() - before)) {
    executor_.post([this, token] { pending_.settle(token); });
  }
}

Result<std::string> Dispatcher::call_and_wait(const char* function, milliseconds within, Invoke invoke) {
  return begin_and_wait(function, options_.return_within, within, std::move(invoke));
}

Result<std::string> Dispatcher::call_blocking(const char* function, milliseconds within, Invoke invoke) {
  return begin_and_wait(function, within, within, std::move(invoke));
}

Result<std::string> Dispatcher::begin_and_wait(const char* function, milliseconds return_within, milliseconds within,
                                               Invoke invoke) {
  const auto promise = std::make_shared<std::promise<Result<std::string>>>();
  begin(function, return_within, now() + within, std::move(invoke),
        [promise](Result<std::string> answer) { promise->set_value(std::move(answer)); });
  return promise->get_future().get();
}

Status Dispatcher::run(const char* function, milliseconds limit, std::function<void()> work) {
  const auto promise = std::make_shared<std::promise<void>>();
  executor_.run([&] {
    calls_.post(function, limit, [promise, work = std::move(work)] {
      work();
      promise->set_value();
    });
  });
  if (promise->get_future().wait_for(limit) == std::future_status::ready) return {};
  return fail(
      Code::deadline_exceeded, "native.deadline",
      std::string("the library has not returned from ") + function + " for " + std::to_string(limit.count()) + " ms");
}

void Dispatcher::set_turn(const char* function, milliseconds limit, std::function<void()> work) {
  const auto wanted = [this] { return !ending_ && pending_.waiting() > 0; };
  calls_.set_turn({function, limit, wanted, std::move(work)});
}

void Dispatcher::suspect() {
  std::uint64_t nothing = 0;
  suspected_ns_.compare_exchange_strong(nothing, monotonic_ns());
}

void Dispatcher::on_reply(Token token, ReplyKind kind, std::string_view text) noexcept {
  count_thread();
  if (kind == ReplyKind::running) {
    ++running_;
    return;
  }
  trust();
  if (pending_.answered(token, to_answer(kind, text))) {
    executor_.post([this, token] { pending_.settle(token); });
  }
  if (kind == ReplyKind::stuck) {
    executor_.post([this, why = copy_text(text)] { say_broken({"the library says: " + why}); });
  }
}

void Dispatcher::on_event(Token listener, std::string_view text) noexcept {
  count_thread();
  const std::lock_guard lock(events_mutex_);
  ++event_count_;
  if (events_.size() >= options_.most_events || event_bytes_ + text.size() > options_.most_event_bytes) {
    ++lost_events_;
    ++lost_since_;
    return;
  }
  event_bytes_ += text.size();
  events_.push_back({listener, copy_text(text), std::exchange(lost_since_, 0)});
  if (events_.size() == 1) executor_.post([this] { hand_over_events(); });
}

void Dispatcher::count_thread() {
  if (::gettid() != calls_.thread_id()) ++foreign_thread_;
}

void Dispatcher::hand_over_events() {
  std::deque<Event> events;
  {
    const std::lock_guard lock(events_mutex_);
    events.swap(events_);
    event_bytes_ = 0;
  }
  for (Event& event : events) listener_.on_event(event.listener, std::move(event.text), event.lost);
}

void Dispatcher::look() {
  const MonotonicTime at = now();
  pending_.expire(at);
  if (ending_) return;
  if (const auto overdue = calls_.overdue(at)) {
    return say_broken({std::string("the library has not returned from ") + overdue->function + " for " +
                           std::to_string(overdue->since.count()) + " ms",
                       calls_.thread_id()});
  }
  if (const auto until = silent_until(); until && *until <= at) {
    say_broken({"the library says that its loop does not respond, and has answered nothing for " +
                std::to_string(options_.silent_for.count()) + " ms"});
  }
}

std::optional<MonotonicTime> Dispatcher::next_look() const {
  std::optional<MonotonicTime> next = pending_.next_deadline();
  if (ending_ || broken_) return next;
  for (const auto& other : {calls_.next_limit(now()), silent_until()}) {
    if (other) next = next ? std::min(*next, *other) : *other;
  }
  return next;
}

std::optional<MonotonicTime> Dispatcher::silent_until() const {
  const std::uint64_t since = suspected_ns_;
  if (since == 0) return std::nullopt;
  return MonotonicTime(std::chrono::nanoseconds(since)) + options_.silent_for;
}

void Dispatcher::say_broken(const Broken& broken) {
  if (ending_ || broken_.exchange(true)) return;
  pending_.fail_all(make_retryable(Code::unavailable, "native.stuck", broken.message));
  listener_.on_broken(broken);
}

Dispatcher::Counters Dispatcher::counters() const {
  Counters out;
  out.replies = pending_.counters();
  out.running = running_;
  out.foreign_thread = foreign_thread_;
  out.waiting = pending_.waiting();
  out.given_up = pending_.given_up();
  const std::lock_guard lock(events_mutex_);
  out.events = event_count_;
  out.lost_events = lost_events_;
  return out;
}

}  // namespace status::host::native
