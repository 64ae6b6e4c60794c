#include "supervisor/tree/policy.h"

#include <algorithm>

namespace status::supervisor {
namespace {

milliseconds with_jitter(milliseconds delay, double chance) {
  const double factor = 1.0 + RestartPolicy::kJitter * std::clamp(chance, -1.0, 1.0);
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(delay.count()) * factor));
}

milliseconds doubled(const RestartPolicy& policy, std::uint32_t times) {
  milliseconds delay = policy.first_delay;
  for (std::uint32_t i = 0; i < times && delay < policy.delay_cap; ++i) delay *= 2;
  return std::min(delay, policy.delay_cap);
}

// Whether the budget is used up by this death.
bool count_short_life(const RestartPolicy& policy, RestartHistory& history, MonotonicTime now) {
  auto* const first = history.short_lives.data();
  auto* const last = std::remove_if(first, first + history.short_count,
                                    [&](MonotonicTime at) { return now - at > RestartPolicy::kBudgetWindow; });
  history.short_count = static_cast<std::uint32_t>(last - first);
  const auto budget = std::min<std::uint32_t>(policy.budget, RestartPolicy::kMaxBudget);
  if (budget == 0) return false;
  if (history.short_count == RestartPolicy::kMaxBudget) {
    std::move(first + 1, last, first);
    --history.short_count;
  }
  history.short_lives[history.short_count++] = now;
  return history.short_count >= budget;
}

}  // namespace

Verdict after_death(const RestartPolicy& policy, RestartHistory& history, const Death& death, MonotonicTime now,
                    double chance) {
  using When = RestartPolicy::When;
  if (policy.when == When::never || (policy.when == When::on_failure && death.clean)) return {Verdict::Kind::leave, {}};
  if (death.ready_for >= RestartPolicy::kShortLife) {
    history.short_count = 0;
    history.failed = false;
  } else if (count_short_life(policy, history, now)) {
    history.failed = true;
  }
  if (death.ready_for >= RestartPolicy::kResetAfter) history = {};
  if (history.failed) return {Verdict::Kind::failed, with_jitter(policy.delay_cap, chance)};
  const bool first = !history.restarted;
  history.restarted = true;
  if (first && death.ready_for >= RestartPolicy::kAtOnceAfter) return {};
  return {Verdict::Kind::restart, with_jitter(doubled(policy, history.doublings++), chance)};
}

}  // namespace status::supervisor
