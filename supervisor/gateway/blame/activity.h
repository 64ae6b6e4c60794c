// What each module has been answering within the last minute, by its own flight recorder. Pure; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "metrics/flight/record.h"
#include "supervisor/gateway/blame/ledger.h"

namespace status::gateway {

class Activity {
 public:
  struct Figures {
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;                 // that were the module's: not what its callers did wrong
    Spread spread;                            // of whole calls, waiting for others among it
    std::array<std::uint64_t, 7> stage_ns{};  // in the order of kStages
    void merge(const Figures& other);
  };
  using ByModule = std::map<std::string, Figures, std::less<>>;

  // A record of `module`; those of calls that it made are passed over.
  void add(const std::string& module, const metrics::flight::Record& record);
  // Of calls that ended in (from, to], by whole seconds.
  ByModule within(std::uint64_t from_ns, std::uint64_t to_ns) const;

 private:
  struct Second {
    std::uint64_t number = 0;
    ByModule modules;
  };
  std::deque<Second> seconds_;  // ascending
};

// Whether it says that something is wrong with the callee, and not with the caller.
bool is_callees_fault(Code code);

}  // namespace status::gateway
