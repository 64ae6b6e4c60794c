// state/: what statusd must not forget when it dies. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

class StateStore {
 public:
  explicit StateStore(std::string directory) : directory_(std::move(directory)) {}

  // The number of the module's next incarnation: on disk before this returns, never given twice. DATA_LOSS
  // (`supervisor.bad_state`) when the file is damaged: it says which, because guessing could repeat a number.
  Result<std::uint64_t> next_generation(const std::string& module);

  // Modules that an operator stopped and wants to stay stopped. Everything else is wanted.
  Result<std::set<std::string>> load_stopped();
  Status save_stopped(const std::set<std::string>& stopped);

 private:
  std::string directory_;
  struct Counter {
    UniqueFd file;
    std::uint64_t value = 0;
  };
  Result<Counter*> counter(const std::string& module);
  std::map<std::string, Counter> counters_;
};

}  // namespace status::supervisor
