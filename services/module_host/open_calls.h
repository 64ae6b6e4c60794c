// The calls that a library has not answered, by the tokens that it knows them by. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "ipc/base/bytes.h"
#include "ipc/base/clock.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::module_host {

struct OpenCall {
  std::function<void(Result<Bytes>)> done;
  const Value* result = nullptr;  // its schema
  MonotonicTime deadline;
};

class OpenCalls {
 public:
  // Calls past their deadline that an answer may still come for; of older ones it is taken for a second answer.
  static constexpr std::size_t kMostOverdue = 1'024;

  // Its token: 1, 2, …
  std::uint64_t add(OpenCall call);

  // Whether an answer is in time, too late, one too many, or for a call that there never was.
  enum class Standing : std::uint8_t { open, overdue, answered, unknown };
  struct Taken {
    Standing standing;
    OpenCall call;  // where it is open
  };
  // For the one that answers it.
  Taken take(std::uint64_t token);

  // Those whose deadline has passed: they are answered with DEADLINE_EXCEEDED, and overdue from now on.
  std::vector<std::uint64_t> expire(MonotonicTime now);
  std::optional<MonotonicTime> next_deadline() const;
  // Of one that is open.
  std::optional<MonotonicTime> deadline_of(std::uint64_t token) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, OpenCall> open_;
  std::set<std::pair<MonotonicTime, std::uint64_t>> deadlines_;  // of open_
  std::set<std::uint64_t> overdue_;
};

}  // namespace status::module_host
