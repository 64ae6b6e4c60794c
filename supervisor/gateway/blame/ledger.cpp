#include "supervisor/gateway/blame/ledger.h"

#include <algorithm>
#include <cmath>

namespace status::gateway {
namespace {

constexpr std::uint64_t kStepNs = std::chrono::nanoseconds(Ledger::kStep).count();
constexpr std::size_t kSteps = Ledger::kKept / Ledger::kStep;
// Names come from front ends: more than these in one step share the last place.
constexpr std::size_t kMostNames = 500;
const std::string kRest = "_other";

// Four steps to a doubling, from a microsecond.
std::uint8_t size_of(std::uint64_t ns) {
  const double us = static_cast<double>(ns) / 1'000.0;
  return us <= 1 ? 0 : static_cast<std::uint8_t>(std::min(std::log2(us) * 4 + 1, 255.0));
}

double ms_of(std::uint8_t size) { return size == 0 ? 0.001 : std::exp2((size - 0.5) / 4) / 1'000.0; }

}  // namespace

void Spread::add(std::uint64_t ns, std::uint32_t times) { counts_[size_of(ns)] += times; }

void Spread::add(const Spread& other) {
  for (const auto& [size, count] : other.counts_) counts_[size] += count;
}

double Spread::quantile_ms(double share) const {
  std::uint64_t all = 0;
  for (const auto& [size, count] : counts_) all += count;
  std::uint64_t seen = 0;
  for (const auto& [size, count] : counts_) {
    seen += count;
    if (static_cast<double>(seen) >= share * static_cast<double>(all)) return ms_of(size);
  }
  return 0;
}

void Ledger::Cell::merge(const Cell& other) {
  ns += other.ns;
  calls += other.calls;
  spread.add(other.spread);
  if (other.slowest_ns > slowest_ns) {
    slowest_ns = other.slowest_ns;
    slowest = other.slowest;
  }
}

Ledger::Step& Ledger::step_at(std::uint64_t ns) {
  const std::uint64_t number = ns / kStepNs;
  const auto place = std::ranges::lower_bound(steps_, number, {}, &Step::number);
  if (place != steps_.end() && place->number == number) return *place;
  const auto made = steps_.insert(place, Step{.number = number, .cells = {}, .demand = {}});
  if (steps_.size() <= kSteps) return *made;
  const bool itself = made == steps_.begin();  // later than anybody waits for: counted with the oldest
  steps_.pop_front();
  return itself ? steps_.front() : *std::ranges::lower_bound(steps_, number, {}, &Step::number);
}

void Ledger::add(const ExplainedCall& call) {
  Step& step = step_at(call.ended_ns);
  const bool room = step.demand.size() < kMostNames && step.cells.size() < kMostNames;
  const std::string& method = room || step.demand.contains({call.method, call.caller}) ? call.method : kRest;
  Step::Demand& demand = step.demand[{method, method == kRest ? kRest : call.caller}];
  ++demand.calls;
  demand.ns += call.total_ns;
  // A module may have been at a stage of this call more than once.
  std::map<std::pair<std::string, std::string_view>, std::uint64_t> stages;
  for (const TimeShare& share : call.shares) stages[{share.module, share.stage}] += share.ns;
  for (const auto& [where, ns] : stages) {
    Cell one;
    one.ns = ns;
    one.calls = 1;
    one.spread.add(ns);
    one.slowest_ns = ns;
    one.slowest = call.trace;
    step.cells[{method, room ? where.first : kRest, where.second}].merge(one);
  }
}

Ledger::Window Ledger::window(std::uint64_t from_ns, std::uint64_t to_ns, std::string_view method) const {
  Window out;
  out.seconds = static_cast<double>(to_ns - from_ns) * 1e-9;
  for (const Step& step : steps_) {
    if (step.number < from_ns / kStepNs || step.number > to_ns / kStepNs) continue;
    for (const auto& [who, demand] : step.demand) {
      if (!method.empty() && who.first != method) continue;
      out.calls += demand.calls;
      out.ns += demand.ns;
      out.callers[who.second] += demand.calls;
    }
    for (const auto& [key, cell] : step.cells) {
      if (!method.empty() && std::get<0>(key) != method) continue;
      out.cells[{std::get<1>(key), std::get<2>(key)}].merge(cell);
    }
  }
  return out;
}

}  // namespace status::gateway
