#include "ipc/client/subscription.h"

#include <condition_variable>

#include "ipc/api/convert.h"
#include "ipc/nng/timer_queue.h"

namespace status::ipc {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{20};
constexpr std::chrono::milliseconds kLastRetry{1'000};
// What a poll's answer may take beyond its wait.
constexpr std::uint32_t kAnswerMs = 5'000;

}  // namespace

struct Subscription::State : std::enable_shared_from_this<State> {
  State(Client& c, SubscriptionOptions o, OnPage page, OnError error)
      : client(c), options(std::move(o)), on_page(std::move(page)), on_error(std::move(error)) {}

  void poll() {
    Request request;
    std::uint64_t number = 0;
    {
      std::lock_guard lock(mutex);
      if (stopped) return;
      number = ++polls;
      api::StreamRequest params;
      params.cursor = options.cursor;
      params.consumer = options.consumer;
      params.topics = options.topics;
      params.max = options.max;
      params.wait_ms = options.wait_ms;
      request.method = options.method;
      request.params = *api::encode(params);
      request.deadline_ms = options.wait_ms + kAnswerMs;
      request.quiet = true;
      ++running;
    }
    CallHandle started = client.call(request, [self = shared_from_this()](Result<Response> response) {
      self->answered(std::move(response));
      self->leave();
    });
    bool cancel_now = false;
    {
      std::lock_guard lock(mutex);
      if (number == polls) handle = started;  // its answer may have begun the next already
      cancel_now = stopped;
    }
    if (cancel_now) started.cancel();
  }

  void answered(Result<Response> response) {
    Result<api::StreamReply> page = response ? api::decode<api::StreamReply>(response->result(), api::Mode::lenient)
                                             : Result<api::StreamReply>(fail(std::move(response.error())));
    if (!page) return failed(page.error());
    {
      std::lock_guard lock(mutex);
      if (stopped) return;
      retry = kFirstRetry;
      next_cursor = page->cursor;
    }
    auto resume = [self = shared_from_this()] {
      {
        std::lock_guard lock(self->mutex);
        self->options.cursor = self->next_cursor;
      }
      self->poll();
    };
    if (page->events.empty() && !page->reset && page->lagged == 0) return resume();
    on_page(std::move(*page), std::move(resume));
  }

  void failed(const Error& error) {
    std::chrono::milliseconds wait = kLastRetry;
    {
      std::lock_guard lock(mutex);
      if (stopped) return;
      // Two readers under one name would take the stream from each other without end.
      if (error.reason != "ipc.superseded") wait = std::exchange(retry, std::min(retry * 2, kLastRetry));
    }
    if (on_error) on_error(error);
    timers.schedule(std::chrono::steady_clock::now() + wait, [self = weak_from_this()] {
      if (const auto state = self.lock()) state->poll();
    });
  }

  void leave() {
    std::lock_guard lock(mutex);
    if (--running == 0) idle.notify_all();
  }

  void stop() {
    CallHandle current;
    {
      std::lock_guard lock(mutex);
      stopped = true;
      current = handle;
    }
    timers.stop();
    current.cancel();
    std::unique_lock lock(mutex);
    idle.wait(lock, [this] { return running == 0; });
  }

  Client& client;
  SubscriptionOptions options;
  const OnPage on_page;
  const OnError on_error;
  std::mutex mutex;
  std::condition_variable idle;
  CallHandle handle;
  std::uint64_t polls = 0;
  std::string next_cursor;
  std::chrono::milliseconds retry = kFirstRetry;
  int running = 0;
  bool stopped = false;
  TimerQueue timers;
};

Subscription::Subscription(Client& client, SubscriptionOptions options, OnPage on_page, OnError on_error)
    : state_(std::make_shared<State>(client, std::move(options), std::move(on_page), std::move(on_error))) {
  state_->poll();
}

Subscription::~Subscription() { state_->stop(); }

void Subscription::set_max(std::uint32_t max) {
  const std::lock_guard lock(state_->mutex);
  state_->options.max = max;
}

}  // namespace status::ipc
