// Who speaks of whom: the labels that a reporter's series are shown with. Private to metrics; any thread.
#pragma once

#include <string_view>

#include "metrics/snapshot.h"

namespace status::metrics {

// True for the families in which several reporters may speak of the same module: their series can be equal.
bool tells_of_others(std::string_view family);

// The labels as they are shown: `module` is the reporter. Only the callers' view of calls (status_rpc_requests_total,
// status_rpc_duration_seconds, the stage `reply`), and what the gateway says of waiting messages, keeps the `module` that
// it has; there `caller`, where it has one, is the reporter. `labels` are sorted by name, and stay so.
void sign(std::string_view reporter, std::string_view family, Labels& labels);

}  // namespace status::metrics
