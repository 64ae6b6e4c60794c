// Which commands were obeyed already: a front end that lost the answer, to a restart of the gateway for one, asks again
// with the same idempotency key. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/result.h"
#include "ipc/control/control_line.h"

namespace status::supervisor {

// Remembers the newest kMax commands that had a key, for kKept; in memory, so that a new boot id forgets them. What was
// refused is not remembered: it may be asked for again.
class CommandMemory {
 public:
  static constexpr std::size_t kMax = 1'024;
  static constexpr std::chrono::hours kKept{24};

  // True: it was obeyed already. FAILED_PRECONDITION (`ipc.idempotency_mismatch`): the key was used for another module.
  Result<bool> knows(const ipc::control::Command& command, MonotonicTime now);
  void obeyed(const ipc::control::Command& command, MonotonicTime now);

 private:
  struct Entry {
    std::string op;
    std::string key;
    std::string module;
    MonotonicTime at;
  };
  std::deque<Entry> entries_;  // oldest first
};

}  // namespace status::supervisor
