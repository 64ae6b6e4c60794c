// Which metrics of somebody else a manifest lets through: whole names, or how they begin and `*`. Any thread.
#pragma once

#include <string_view>

namespace status {

// "libp2p_peers", "libp2p_*", "*"; names as Prometheus allows them, up to 200 bytes.
bool is_metric_pattern(std::string_view pattern);

bool matches_metric(std::string_view pattern, std::string_view name);

// `status_…` and `process_…`: every module has these of its own, and nobody else may use them.
bool is_own_metric(std::string_view name);

}  // namespace status
