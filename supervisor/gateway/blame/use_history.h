// What each module has used of the machine within the last half hour. Pure; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace status::gateway {

// Everything but memory grows since the node started.
struct ModuleUse {
  double cpu_seconds = 0;
  double run_delay_seconds = 0;     // ready to run, without a processor
  double network_bytes = 0;         // both ways
  double disk_bytes = 0;            // read and written
  double backend_wait_seconds = 0;  // of backend calls that wait for another machine
  double memory_bytes = 0;          // anonymous, at that moment
};

class UseHistory {
 public:
  using Uses = std::map<std::string, ModuleUse, std::less<>>;

  // Of all modules, at one moment.
  void add(std::uint64_t now_ns, Uses uses);
  // What each has used from the look at `from_ns` or before, as far back as there is one, to that at `to_ns` or before;
  // of memory what it has more. A counter that fell (a supervisor that was started anew) has not grown.
  Uses growth(std::uint64_t from_ns, std::uint64_t to_ns) const;
  // The newest look.
  const Uses& now() const;

 private:
  struct Look {
    std::uint64_t time_ns = 0;
    Uses uses;
  };
  const Look* at(std::uint64_t ns) const;

  std::deque<Look> looks_;
};

}  // namespace status::gateway
