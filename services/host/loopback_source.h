// Reads the metrics of a node that the module is attached to, over HTTP on this machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "services/host/reexport.h"

namespace status::host {

struct LoopbackOptions {
  std::chrono::milliseconds timeout{1'000};  // of the whole exchange
  std::size_t bytes = 1 << 20;               // of the page
};

// `url`: "http://127.0.0.1:8008/metrics", or "[::1]". INVALID_ARGUMENT (`host.bad_metrics_url`) for one that is not an
// address of this machine: metrics are no way to make a module ask others. The source answers UNAVAILABLE
// (`host.no_metrics`) when nobody answers in time or with anything but 200, redirections among it, and
// RESOURCE_EXHAUSTED (`host.too_much_metrics`).
Result<MetricsSource> loopback_source(const std::string& url, const LoopbackOptions& options = {});

}  // namespace status::host
