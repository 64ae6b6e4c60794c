// The metrics of a module's backend, shown among the module's own under their own names.
//
//   reexport_ = context.reexport([this] { return backend_->metrics(); });         // a library: one call gives its text
//   reexport_ = context.reexport(*host::loopback_source("http://127.0.0.1:8008/metrics"));          // an attached node
//
// Only what `[metrics] reexport` of module.toml names is shown, and never a name of our own. A collection waits for
// nobody: it shows what was read last, and asks for the next reading.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ipc/base/clock.h"
#include "metrics/registry.h"
#include "metrics/text_parser.h"

namespace status::host {

// A text exposition of this moment. RESOURCE_EXHAUSTED: there is more than may be read; any other error: there is none
// now. Called on a thread of its own, never twice at once; it must return for the module to end.
using MetricsSource = std::function<Result<std::string>()>;

// Any thread.
class Reexport {
 public:
  // An older reading is not shown: its source hangs.
  static constexpr std::chrono::seconds kMostAge{30};
  static constexpr std::size_t kOutcomes = 4;  // of a reading

  // `patterns`: ipc/base/metric_pattern.h. Registry and clock outlive this. What is read has the room that the module's
  // own series leave (Registry::room). A text that is wrong, too large or not to be had is counted
  // (status_reexport_readings_total), and then nothing of it is shown.
  Reexport(metrics::Registry& registry, std::vector<std::string> patterns, const Clock& clock, MetricsSource source);
  // Waits for a reading under way.
  ~Reexport();

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    // Under mutex.
    bool wanted = true;
    bool ending = false;
    metrics::ParsedText last;
    std::optional<MonotonicTime> read_at;  // empty: nothing is to be shown
  };
  void read_when_asked();
  Result<metrics::ParsedText> read() const;

  metrics::Registry& registry_;
  const std::vector<std::string> patterns_;
  const Clock& clock_;
  const MetricsSource source_;
  std::array<metrics::Counter, kOutcomes> readings_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // the registry has it, too
  std::thread thread_;
};

}  // namespace status::host
