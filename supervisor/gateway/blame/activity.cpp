#include "supervisor/gateway/blame/activity.h"

#include <algorithm>

namespace status::gateway {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kKept = 70;

}  // namespace

bool is_callees_fault(Code code) {
  switch (code) {
    case Code::unavailable:
    case Code::internal:
    case Code::deadline_exceeded:
    case Code::data_loss:
    case Code::resource_exhausted:
      return true;
    default:
      return false;
  }
}

void Activity::Figures::merge(const Figures& other) {
  calls += other.calls;
  errors += other.errors;
  spread.add(other.spread);
  for (std::size_t i = 0; i < stage_ns.size(); ++i) stage_ns[i] += other.stage_ns[i];
}

void Activity::add(const std::string& module, const metrics::flight::Record& record) {
  if (record.side != metrics::flight::Side::answered) return;
  const std::uint64_t number = (record.started_ns + record.total_ns) / kSecondNs;
  auto place = std::ranges::lower_bound(seconds_, number, {}, &Second::number);
  if (place == seconds_.end() || place->number != number) {
    if (seconds_.size() >= kKept && place == seconds_.begin()) return;  // of long ago
    place = seconds_.insert(place, Second{number, {}});
  }
  Figures& figures = place->modules[module];
  ++figures.calls;
  if (record.code && is_callees_fault(*record.code)) ++figures.errors;
  figures.spread.add(record.total_ns);
  for (std::size_t i = 0; i < record.stages.size(); ++i) figures.stage_ns[i] += record.stages[i];
  if (seconds_.size() > kKept) seconds_.pop_front();
}

Activity::ByModule Activity::within(std::uint64_t from_ns, std::uint64_t to_ns) const {
  ByModule out;
  for (const Second& second : seconds_) {
    if (second.number <= from_ns / kSecondNs || second.number > to_ns / kSecondNs) continue;
    for (const auto& [module, figures] : second.modules) out[module].merge(figures);
  }
  return out;
}

}  // namespace status::gateway
