// Where the time in the database goes: to the call that is being served on this thread (its `persist` stage) and to the
// counters of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

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

// While it lives, time spent in any database on this thread is reported to `observer`; scopes nest, the innermost is
// told. A worker puts one around each call it serves.
class ScopedTimeObserver {
 public:
  explicit ScopedTimeObserver(TimeObserver& observer);
  ~ScopedTimeObserver();
  ScopedTimeObserver(const ScopedTimeObserver&) = delete;
  ScopedTimeObserver& operator=(const ScopedTimeObserver&) = delete;

  // Null outside any scope.
  static TimeObserver* current();

 private:
  TimeObserver* outer_;
};

// Measures from its construction to its end and tells the thread's observer and `also` (may be null). Used by the store
// itself.
class TimedOperation {
 public:
  TimedOperation(Operation operation, TimeObserver* also)
      : operation_(operation), also_(also), start_(std::chrono::steady_clock::now()) {}
  ~TimedOperation();
  TimedOperation(const TimedOperation&) = delete;
  TimedOperation& operator=(const TimedOperation&) = delete;

 private:
  Operation operation_;
  TimeObserver* also_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace status::store
