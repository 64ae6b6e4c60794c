// A process of ipc-bench-bare: one end of a path that has nothing of ours in it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "tests/bench/path.h"

namespace status::bench {

// Killed and reaped by the destructor; dies with this process. One thread.
class BareProcess {
 public:
  BareProcess(const std::string& role, const std::vector<std::string>& addresses);
  ~BareProcess();
  BareProcess(const BareProcess&) = delete;
  BareProcess& operator=(const BareProcess&) = delete;

  // Of one that calls. Ends the program when it has died.
  Sample measure(std::size_t payload_bytes);

 private:
  pid_t pid_ = -1;
  UniqueFd orders_;
  UniqueFd answers_;
};

}  // namespace status::bench
