// Until when somebody waits for what this thread does: calls made on its behalf ask for no more than what is left.
#pragma once

#include <optional>

#include "ipc/base/clock.h"

namespace status::ipc {

class DeadlineScope {
 public:
  // Without a deadline nobody waits: for work that a handler begins and that goes on after its answer. Scopes nest.
  explicit DeadlineScope(std::optional<MonotonicTime> deadline) : outer_(slot()) { slot() = deadline; }
  DeadlineScope(const DeadlineScope&) = delete;
  DeadlineScope& operator=(const DeadlineScope&) = delete;
  ~DeadlineScope() { slot() = outer_; }

  // Empty outside of any call.
  static std::optional<MonotonicTime> current() { return slot(); }

 private:
  static std::optional<MonotonicTime>& slot() {
    thread_local std::optional<MonotonicTime> deadline;
    return deadline;
  }

  std::optional<MonotonicTime> outer_;
};

}  // namespace status::ipc
