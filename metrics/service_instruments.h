// What the parts of a service record beside its calls: database, streams, executor, backend, network. Any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "metrics/registry.h"

namespace status::metrics {

// Time in the module's own database; the words are those of store::Operation.
class DatabaseInstruments {
 public:
  static constexpr std::array<std::string_view, 3> kOperations = {"read", "write", "commit"};

  explicit DatabaseInstruments(Registry& registry);
  // `operation` is a position in kOperations.
  void record(std::size_t operation, std::chrono::nanoseconds spent) const;

 private:
  std::array<Counter, kOperations.size()> seconds_;
  std::array<Counter, kOperations.size()> count_;
};

struct StreamLoad {
  std::uint64_t depth = 0;    // events kept
  std::uint64_t lag = 0;      // events that the slowest reader is behind
  std::uint64_t dropped = 0;  // events that went before every reader had them, since the process started
};

// Shows what `load` says of the stream at each collection, on the collecting thread. `load` outlives the registry's
// last collection.
void watch_stream(Registry& registry, const std::string& stream, std::function<StreamLoad()> load);

// Turns of the one thread that a service works on.
class ExecutorInstruments {
 public:
  // A turn that took longer is a stall: whoever waits behind it notices.
  static constexpr std::chrono::milliseconds kStall{25};

  explicit ExecutorInstruments(Registry& registry);
  // `running` is a method, or a word of the executor's own.
  void turn(std::string_view running, std::chrono::nanoseconds waited, std::chrono::nanoseconds took);
  // When collecting: jobs that wait, and for how long the turn at hand has been going on.
  void set_load(std::size_t waiting, std::chrono::nanoseconds busy_for) const;

 private:
  Registry& registry_;
  const Histogram lag_;
  const Gauge waiting_;
  const Gauge busy_;
};

// Calls into a backend (a Nim library, an attached node, ours), by function.
class BackendInstruments {
 public:
  explicit BackendInstruments(Registry& registry);
  // `function` is a constant of the code. `cpu` is what the backend computed, `waited` the rest of the time; `remote`:
  // that was another machine's.
  void call(const char* function, bool succeeded, std::chrono::nanoseconds cpu, std::chrono::nanoseconds waited,
            bool remote = false);

 private:
  struct Function {
    std::array<Counter, 2> calls;  // failed, succeeded
    Counter cpu;
    Counter waited;
  };
  const Function& of(const char* function);

  Registry& registry_;
  const Counter remote_;
  std::mutex mutex_;
  std::map<std::string_view, Function> functions_;  // under mutex_; nodes stay where they are
};

struct TrafficLoad {
  std::uint64_t received = 0;  // bytes, since the process started
  std::uint64_t sent = 0;
};

// Shows what `load` says of the links to other machines at each collection, on the collecting thread.
void watch_traffic(Registry& registry, std::function<TrafficLoad()> load);

}  // namespace status::metrics
