// What front ends waited for within the last half hour, by method, module and stage, in steps of five seconds. Pure;
// one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "supervisor/gateway/blame/call_tree.h"

namespace status::gateway {

// How long a stage took in single calls: counts by size, in steps of a fifth. Exact to those.
class Spread {
 public:
  void add(std::uint64_t ns, std::uint32_t times = 1);
  void add(const Spread& other);
  // 0 without any.
  double quantile_ms(double share) const;

 private:
  std::map<std::uint8_t, std::uint32_t> counts_;
};

class Ledger {
 public:
  static constexpr std::chrono::seconds kStep{5};
  static constexpr std::chrono::minutes kKept{30};

  void add(const ExplainedCall& call);

  struct Cell {
    std::uint64_t ns = 0;
    std::uint64_t calls = 0;  // that came by there
    Spread spread;
    std::uint64_t slowest_ns = 0;
    ipc::Trace slowest;
    void merge(const Cell& other);
  };
  struct Window {
    double seconds = 0;
    std::uint64_t calls = 0;                                         // of front ends
    std::uint64_t ns = 0;                                            // that they waited
    std::map<std::pair<std::string, std::string_view>, Cell> cells;  // by module and stage
    std::map<std::string, std::uint64_t> callers;                    // their calls
  };
  // What ended in (from, to], by whole steps. `method` empty: of all.
  Window window(std::uint64_t from_ns, std::uint64_t to_ns, std::string_view method = {}) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string_view>;  // method, module, stage
  struct Step {
    std::uint64_t number = 0;
    std::map<Key, Cell> cells;
    struct Demand {
      std::uint64_t calls = 0;
      std::uint64_t ns = 0;
    };
    std::map<std::pair<std::string, std::string>, Demand> demand;  // by method and caller
  };
  Step& step_at(std::uint64_t ns);

  std::deque<Step> steps_;  // ascending
};

}  // namespace status::gateway
