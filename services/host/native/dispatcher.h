// All traffic with one foreign library: calls go out on one thread, what it calls back is copied where it arrives and
// handled on another one, deadlines are kept, and a call that does not return is noticed.
//
//   dispatcher.call("waku_version", deadline, [&](Token token) { return waku_version(ctx, on_reply, token) == 0; },
//                   done);
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "services/host/executor.h"
#include "services/host/native/call_thread.h"
#include "services/host/native/callback_sink.h"
#include "services/host/native/pending_calls.h"
#include "services/host/native/process_guard.h"

namespace status::host::native {

// Why only a new process helps.
struct Broken {
  std::string message;
  pid_t thread = 0;  // whose stack tells; 0: none in particular
};

class DispatcherListener {
 public:
  virtual ~DispatcherListener() = default;
  // One event of the library. `lost`: so many before it found the queue full. On the dispatcher's thread.
  virtual void on_event(Token listener, std::string text, std::uint64_t lost) = 0;
  // Once, when all that waits has its answer (UNAVAILABLE `native.stuck`). On the dispatcher's thread.
  virtual void on_broken(const Broken& broken) = 0;
  // The library has replaced handlers of signals; they are ours again. On the thread that calls it.
  virtual void on_handlers_restored(const std::vector<std::string>& names) = 0;
};

struct DispatcherOptions {
  std::chrono::milliseconds return_within{3'000};  // a call, not its answer
  std::chrono::milliseconds silent_for{10'000};    // see suspect()
  std::size_t most_events = 1'024;                 // that wait to be handled
  std::size_t most_event_bytes = 16U << 20U;       // of all of them
};

class Dispatcher final : private CallbackSink {
 public:
  using Done = PendingCalls::Done;
  // The C call, on the call thread. True: the library says that it will call back.
  using Invoke = std::function<bool(Token)>;

  // The process's callback sink from here on. Both outlive it.
  Dispatcher(DispatcherOptions options, const ProcessGuard& guard, DispatcherListener& listener);
  // Waits for the call at hand (see ~CallThread).
  ~Dispatcher() override;

  // Answers through `done`, once, on a thread of the dispatcher's or, with RESOURCE_EXHAUSTED, on this one. Errors:
  // INTERNAL (`native.library_error`) with the library's own words, UNAVAILABLE (`native.stuck`), DEADLINE_EXCEEDED
  // (`native.deadline`), RESOURCE_EXHAUSTED (`native.too_many_calls`, `native.too_large`). Any thread but the
  // dispatcher's own and the library's.
  void call(const char* function, MonotonicTime deadline, Invoke invoke, Done done);
  // The same, and waits.
  Result<std::string> call_and_wait(const char* function, std::chrono::milliseconds within, Invoke invoke);
  // The same for a function that does its work before it returns.
  Result<std::string> call_blocking(const char* function, std::chrono::milliseconds within, Invoke invoke);
  // For what has no callback: waits until it has returned. DEADLINE_EXCEEDED (`native.deadline`) past the limit, and
  // then it still runs: what it uses must live on.
  Status run(const char* function, std::chrono::milliseconds limit, std::function<void()> work);

  // For a library without a thread of its own: `work` is what it does its work in, called on the call thread as long as
  // somebody waits for an answer. Broken when it does not return within the limit.
  void set_turn(const char* function, std::chrono::milliseconds limit, std::function<void()> work);

  // The library says itself that its loop stands still: broken unless it answers something, or trust() comes, within
  // `silent_for`.
  void suspect();
  void trust() { suspected_ns_ = 0; }
  // The process is coming to its end: what the library does not do any more is no matter.
  void end() { ending_ = true; }

  struct Counters {
    PendingCalls::Counters replies;
    std::uint64_t running = 0;  // callbacks that said only that a call takes long
    std::uint64_t events = 0;
    std::uint64_t lost_events = 0;
    std::uint64_t foreign_thread = 0;  // callbacks on threads of the library's
    std::size_t waiting = 0;
    std::size_t given_up = 0;
  };
  Counters counters() const;

 private:
  struct Event {
    Token listener;
    std::string text;
    std::uint64_t lost;
  };
  void on_reply(Token token, ReplyKind kind, std::string_view text) noexcept override;
  void on_event(Token listener, std::string_view text) noexcept override;
  void begin(const char* function, std::chrono::milliseconds return_within, MonotonicTime deadline, Invoke invoke,
             Done done);
  Result<std::string> begin_and_wait(const char* function, std::chrono::milliseconds return_within,
                                     std::chrono::milliseconds within, Invoke invoke);
  void count_thread();
  void issue(Token token, const Invoke& invoke);
  void look();
  std::optional<MonotonicTime> next_look() const;
  std::optional<MonotonicTime> silent_until() const;
  void hand_over_events();
  void say_broken(const Broken& broken);

  const DispatcherOptions options_;
  const ProcessGuard& guard_;
  DispatcherListener& listener_;
  PendingCalls pending_;
  std::atomic<std::uint64_t> running_{0};
  std::atomic<std::uint64_t> foreign_thread_{0};
  std::atomic<std::uint64_t> suspected_ns_{0};
  std::atomic<bool> ending_{false};
  std::atomic<bool> broken_{false};
  mutable std::mutex events_mutex_;  // guards the next five
  std::deque<Event> events_;
  std::size_t event_bytes_ = 0;
  std::uint64_t event_count_ = 0;
  std::uint64_t lost_events_ = 0;
  std::uint64_t lost_since_ = 0;
  Executor executor_;
  CallThread calls_;  // last: it uses the rest
};

}  // namespace status::host::native
