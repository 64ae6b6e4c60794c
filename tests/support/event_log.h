// Everything that a node's merged stream has said, in order, over reconnects and restarts of the gateway.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/api/stream_types.h"
#include "ipc/base/clock.h"
#include "ipc/client/client.h"
#include "ipc/client/subscription.h"

namespace status::test {

// Any thread.
class EventLog {
 public:
  using Event = api::StreamEvent;
  using Match = std::function<bool(const Event&)>;

  // `method`: a stream. `cursor` "0": from the oldest event that is kept. The client outlives this.
  explicit EventLog(ipc::Client& client, const std::string& method = "supervisor.events.next",
                    std::optional<std::string> cursor = "0");

  // The first event that matches, of all or of those from number `from` on; waits for it up to the deadline.
  std::optional<Event> wait_for(const Match& match, std::chrono::milliseconds patience, std::size_t from = 0);
  // True once there are `count` events that match.
  bool wait_for_count(std::size_t count, const Match& match, std::chrono::milliseconds patience);
  // True once there are more than `seen`.
  bool wait_for_more(std::size_t seen, std::chrono::milliseconds patience);

  std::size_t size() const;
  std::vector<Event> all(const Match& match) const;
  // The same, with the times at which they were here.
  struct Arrival {
    Event event;
    MonotonicTime at;
  };
  std::vector<Arrival> arrivals(const Match& match) const;
  // What was lost on the way: 0 and false for a reader that keeps up.
  std::uint64_t lagged() const;
  std::size_t resets() const;

  // By whole topic.
  static Match topic(std::string name);
  // supervisor.module_state of that module, to that state, of a generation above `after`.
  static Match state(std::string module, std::string to, std::uint64_t after = 0);

 private:
  void take(api::StreamReply page);

  mutable std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<Event> events_;
  std::vector<MonotonicTime> arrived_;  // by event
  std::uint64_t lagged_ = 0;
  std::size_t resets_ = 0;
  ipc::Subscription subscription_;  // last: it calls into the rest
};

}  // namespace status::test
