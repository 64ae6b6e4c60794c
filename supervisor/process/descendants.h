// What the processes that a module's process has started take, and theirs: where nothing forbids it to start some. One
// thread.
#pragma once

#include <map>
#include <vector>

#include "supervisor/process/process_stats.h"
#include "supervisor/tree/processor_use.h"

namespace status::supervisor {

// Those that live, the process itself not among them, at most 64: more are not looked for. What has lost its parent has
// left the tree.
std::vector<pid_t> descendants_of(pid_t pid);

class Descendants {
 public:
  struct Use {
    ProcessMemory memory;         // now, of all of them
    ProcessorUse::Growth growth;  // since the last look; what one uses after the last look at it is not seen
  };
  Use since_last(pid_t pid);

 private:
  std::map<pid_t, ProcessorUse> uses_;
};

}  // namespace status::supervisor
