// Follows a stream: polls, resumes from the cursor over reconnects and restarts of the callee, and backs off while it
// is away.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ipc/api/stream_types.h"
#include "ipc/client/client.h"

namespace status::ipc {

struct SubscriptionOptions {
  std::string method;                      // "waku.messages.next"
  std::optional<std::string> cursor = {};  // where to begin; empty: now, or where `consumer` left off
  std::optional<std::string> consumer = {};
  std::vector<std::string> topics = {};
  std::uint32_t max = 100;
  std::uint32_t wait_ms = 20'000;
};

class Subscription {
 public:
  // Goes on with the next poll, which acknowledges this page. Any thread, once.
  using Resume = std::function<void()>;
  // Runs on an NNG thread and must not block: hand the page to a thread of your own, and call `resume` when it is dealt
  // with. A page may be empty but for `reset` or `lagged`. Not called again before `resume`.
  using OnPage = std::function<void(api::StreamReply page, Resume resume)>;
  // Each failed poll, on an NNG thread; it is repeated after 20 ms doubling to 1 s, and after 1 s when another reader
  // of the same `consumer` took over.
  using OnError = std::function<void(const Error& error)>;

  Subscription(Client& client, SubscriptionOptions options, OnPage on_page, OnError on_error = nullptr);
  // Stops; callbacks have returned when this returns. Not from a callback. The client outlives it.
  ~Subscription();

  // From the next poll on. Any thread.
  void set_max(std::uint32_t max);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace status::ipc
