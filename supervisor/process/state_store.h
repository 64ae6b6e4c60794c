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

  // Numbers are reserved on disk this many at a time: a restart then does not wait for the disk. A statusd that is
  // killed leaves a gap.
  static constexpr std::uint64_t kReserved = 16;

  // The number of the module's next incarnation: covered by what is on disk before this returns, never given twice.
  // DATA_LOSS
  // (`supervisor.bad_state`) when the file is damaged: it says which, because guessing could repeat a number.
  Result<std::uint64_t> next_generation(const std::string& module);
  // Reserves anew where half of the numbers are used: call it when there is time for the disk.
  Status reserve_ahead(const std::string& module);
  // At an orderly end: gives back what was reserved and not used, so that the next statusd goes on without a gap.
  void settle();

  // Modules that an operator stopped and wants to stay stopped. Everything else is wanted.
  Result<std::set<std::string>> load_stopped();
  Status save_stopped(const std::set<std::string>& stopped);

 private:
  std::string directory_;
  struct Counter {
    UniqueFd file;
    std::uint64_t used = 0;
    std::uint64_t reserved = 0;  // as on disk
  };
  Result<Counter*> counter(const std::string& module);
  Status reserve(const std::string& module, Counter& counter, std::uint64_t upto);
  std::map<std::string, Counter> counters_;
};

}  // namespace status::supervisor
