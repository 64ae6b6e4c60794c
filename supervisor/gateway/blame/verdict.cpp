#include "supervisor/gateway/blame/verdict.h"

#include <algorithm>
#include <cstdio>

namespace status::gateway {
namespace {

// So much more is a change, and less is the noise of a machine.
constexpr double kChange = 1.5;
// Of a row's time: what explains more than that explains the row.
constexpr double kExplains = 0.5;

std::string text(const char* format, double a, double b = 0) {
  char out[160];
  std::snprintf(out, sizeof out, format, a, b);
  return out;
}

double seconds_of(const Ledger::Cell& cell) { return static_cast<double>(cell.ns) * 1e-9; }
double mean_ms(const Ledger::Cell& cell) {
  return cell.calls == 0 ? 0 : static_cast<double>(cell.ns) / static_cast<double>(cell.calls) * 1e-6;
}
double rate_of(const Ledger::Cell& cell, const Ledger::Window& window) {
  return window.seconds <= 0 ? 0 : static_cast<double>(cell.calls) / window.seconds;
}

// Whose calls have grown most, and by how many a second.
std::pair<std::string, double> greatest_growth(const Ledger::Window& now, const Ledger::Window& before) {
  std::pair<std::string, double> out;
  for (const auto& [caller, calls] : now.callers) {
    const auto known = before.callers.find(caller);
    const double was = known == before.callers.end() ? 0 : static_cast<double>(known->second);
    const double growth = (static_cast<double>(calls) - was) / std::max(now.seconds, 1.0);
    if (growth > out.second) out = {caller, growth};
  }
  return out;
}

// Who had the processors meanwhile, if it was one of ours.
std::string neighbour_of(const std::string& module, const UseHistory::Uses& use) {
  const auto busiest = std::ranges::max_element(
      use, {}, [&](const auto& entry) { return entry.first == module ? -1 : entry.second.cpu_seconds; });
  if (busiest == use.end() || busiest->first == module) return "";
  return "; of this node " + busiest->first + text(" had most: %.1f s", busiest->second.cpu_seconds);
}

}  // namespace

std::string_view trend_of(const Evidence& evidence) {
  if (evidence.window_before.calls == 0 || evidence.before.ns == 0) return "new";
  const double now = seconds_of(evidence.now);
  const double before = seconds_of(evidence.before);
  return now >= before * kChange ? "rising" : now * kChange <= before ? "falling" : "steady";
}

Verdict judge(const Evidence& evidence) {
  const double row_seconds = seconds_of(evidence.now);
  const auto used = evidence.use.find(evidence.module);
  const ModuleUse use = used == evidence.use.end() ? ModuleUse{} : used->second;
  if (use.run_delay_seconds >= row_seconds * kExplains && evidence.stage != "backend" && evidence.stage != "other") {
    return {"starved", evidence.module +
                           text(" was ready to run and had no processor for %.1f s; this stage took %.1f s",
                                use.run_delay_seconds, row_seconds) +
                           neighbour_of(evidence.module, evidence.use)};
  }
  if (evidence.stage == "unknown") {
    return {"unanswered",
            evidence.module + text(" gave no answer that says where %.0f calls spent their time: it hung, "
                                   "died or was cut off",
                                   static_cast<double>(evidence.now.calls))};
  }
  if (evidence.stage == "backend" && use.backend_wait_seconds >= row_seconds * kExplains) {
    return {"remote",
            text("another machine was waited for: %.1f s of the %.1f s here", use.backend_wait_seconds, row_seconds)};
  }
  if (evidence.stage == "other") {
    return {"blocked", evidence.module + text(" waited for other modules for %.1f s, in calls of which they have no "
                                              "record",
                                              row_seconds)};
  }
  const double rate = rate_of(evidence.now, evidence.window_now);
  const double mean = mean_ms(evidence.now);
  if (evidence.window_before.calls == 0 || evidence.before.calls == 0) {
    return {"no_history",
            text("%.1f calls a second of %.2f ms each; there were none before to compare with", rate, mean)};
  }
  const double rate_before = rate_of(evidence.before, evidence.window_before);
  const double mean_before = mean_ms(evidence.before);
  const bool slower = mean >= mean_before * kChange;
  const bool more = rate >= rate_before * kChange;
  const std::string rates = text("%.1f calls a second, before %.1f", rate, rate_before);
  const std::string means = text("%.2f ms a call, before %.2f ms", mean, mean_before);
  if (more && (!slower || rate / rate_before >= mean / mean_before)) {
    const auto [caller, growth] = greatest_growth(evidence.window_now, evidence.window_before);
    const std::string who = caller.empty() ? "" : "; " + caller + text(" makes %.1f a second more", growth);
    return {"demand_rose", "demand rose: " + rates + who + "; " + means};
  }
  if (slower) return {"slower", "it got slower at equal demand: " + means + "; " + rates};
  return {"steady", "as before: " + means + "; " + rates};
}

}  // namespace status::gateway
