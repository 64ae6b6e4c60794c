#include "supervisor/gateway/blame/use_history.h"

#include <algorithm>
#include <utility>

namespace status::gateway {
namespace {

constexpr std::size_t kLooks = 400;  // half an hour at one in five seconds, and some

double grown(double from, double to) { return std::max(to - from, 0.0); }

}  // namespace

void UseHistory::add(std::uint64_t now_ns, Uses uses) {
  looks_.push_back({now_ns, std::move(uses)});
  if (looks_.size() > kLooks) looks_.pop_front();
}

const UseHistory::Look* UseHistory::at(std::uint64_t ns) const {
  if (looks_.empty()) return nullptr;
  const auto after = std::ranges::upper_bound(looks_, ns, {}, &Look::time_ns);
  return after == looks_.begin() ? &looks_.front() : &*std::prev(after);
}

UseHistory::Uses UseHistory::growth(std::uint64_t from_ns, std::uint64_t to_ns) const {
  const Look* from = at(from_ns);
  const Look* to = at(to_ns);
  Uses out;
  if (from == nullptr || to == nullptr) return out;
  for (const auto& [module, use] : to->uses) {
    const auto known = from->uses.find(module);
    const ModuleUse before = known == from->uses.end() ? ModuleUse{} : known->second;
    out[module] = {.cpu_seconds = grown(before.cpu_seconds, use.cpu_seconds),
                   .run_delay_seconds = grown(before.run_delay_seconds, use.run_delay_seconds),
                   .network_bytes = grown(before.network_bytes, use.network_bytes),
                   .disk_bytes = grown(before.disk_bytes, use.disk_bytes),
                   .backend_wait_seconds = grown(before.backend_wait_seconds, use.backend_wait_seconds),
                   .memory_bytes = use.memory_bytes - before.memory_bytes};
  }
  return out;
}

const UseHistory::Uses& UseHistory::now() const {
  static const Uses kNone;
  return looks_.empty() ? kNone : looks_.back().uses;
}

}  // namespace status::gateway
