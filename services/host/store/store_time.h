// Where the time in the database goes: to the `persist` stage of the call that is being served on this thread
// (ipc/base/stage_clock.h), and to the counters of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "ipc/base/stage_clock.h"

namespace status::store {

// A closed set, used as a metric label. Waiting for the database counts as the operation that waited.
enum class Operation : std::uint8_t { read, write, commit };
inline constexpr std::size_t kOperations = 3;
std::string_view to_word(Operation operation);

// Told after each operation, on the thread that did it. Must not touch the database, throw or block.
class TimeObserver {
 public:
  virtual ~TimeObserver() = default;
  virtual void database_time(Operation operation, std::chrono::nanoseconds spent) = 0;
};

// Measures from its construction to its end; charges the call that the thread is serving, if any, and tells `observer`
// (may be null). Used by the store itself.
class TimedOperation {
 public:
  TimedOperation(Operation operation, TimeObserver* observer)
      : charged_(Stage::persist),
        operation_(operation),
        observer_(observer),
        start_(std::chrono::steady_clock::now()) {}
  ~TimedOperation();
  TimedOperation(const TimedOperation&) = delete;
  TimedOperation& operator=(const TimedOperation&) = delete;

 private:
  StageTimer charged_;
  Operation operation_;
  TimeObserver* observer_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace status::store
