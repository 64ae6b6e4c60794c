#include "metrics/reporter.h"

#include <algorithm>
#include <string>
#include <utility>

namespace status::metrics {
namespace {

bool is_of_calls(std::string_view family) {
  return family == "status_rpc_requests_total" || family == "status_rpc_duration_seconds";
}

bool is_of_stages(std::string_view family) {
  return family == "status_rpc_stage_seconds_total" || family == "status_rpc_stage_duration_seconds";
}

bool is_of_waiting(std::string_view family) {
  return family == "status_custody_waiting_messages" || family == "status_custody_overdue_messages";
}

Labels::iterator find(Labels& labels, std::string_view name) {
  return std::ranges::find(labels, name, [](const auto& label) { return std::string_view(label.first); });
}

// What a caller says of the module that it called, and the gateway of those that have messages; all else a module says
// of itself.
bool is_of_another(std::string_view reporter, std::string_view family, Labels& labels) {
  if (is_of_waiting(family)) return reporter == "gateway";
  if (!is_of_stages(family)) return is_of_calls(family);
  const auto stage = find(labels, "stage");
  return stage != labels.end() && stage->second == "reply";
}

}  // namespace

bool tells_of_others(std::string_view family) {
  return is_of_calls(family) || is_of_stages(family) || is_of_waiting(family);
}

void sign(std::string_view reporter, std::string_view family, Labels& labels) {
  const bool keeps_module = is_of_another(reporter, family, labels);
  const auto module = find(labels, "module");
  if (module == labels.end()) {
    const auto after = [](const auto& label) { return label.first > "module"; };
    labels.emplace(std::ranges::find_if(labels, after), "module", reporter);
  } else if (!keeps_module) {
    module->second = reporter;
  }
  if (!keeps_module) return;
  if (const auto caller = find(labels, "caller"); caller != labels.end()) caller->second = reporter;
}

}  // namespace status::metrics
