// What a process has had of the processors, and what it has waited for them, from one look to the next. Pure; one
// thread.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "supervisor/tree/starvation.h"

namespace status::supervisor {

class ProcessorUse {
 public:
  struct Growth {
    std::chrono::nanoseconds ran{0};
    std::chrono::nanoseconds waited{0};  // of all threads together, while ready to run
  };

  // `ran`: of the whole process since its start, threads that have ended included; `threads`: those that live. What a
  // thread waits within its last moments is not seen. Gone (zero and none): nothing has grown.
  Growth since_last(std::chrono::nanoseconds ran, const std::vector<ThreadTimes>& threads);

 private:
  std::chrono::nanoseconds ran_{0};
  std::map<pid_t, std::chrono::nanoseconds> waited_;
};

}  // namespace status::supervisor
