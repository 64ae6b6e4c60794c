// What `/metrics` shows: the modules' last snapshots, fetched now and then, so that a scrape waits for nobody. What was
// shown is in a file by then, and the next gateway of the same run of the node goes on from it: counters never fall.
// Office thread, unless said otherwise.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "metrics/exposition.h"
#include "metrics/instruments.h"
#include "supervisor/gateway/http/message.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

class MetricsCollector {
 public:
  struct Options {
    std::uint64_t generation = 1;  // of this gateway
    std::string boot_id;           // of the node: what another run has left is not taken
    std::string state_file;        // empty: counters begin anew with each gateway
    std::chrono::milliseconds period{5'000};
  };

  // Fetches all snapshots once a period. All outlive the office's thread.
  MetricsCollector(Office& office, Routes& routes, metrics::Instruments& instruments, const Clock& clock,
                   Options options);

  // Any thread. The row of that route is another one now.
  void row_changed(std::shared_ptr<Route> route);

  // Any thread. How statusd itself is.
  void supervisor_sample(const ipc::control::SupervisorSample& sample);

  // /metrics, /healthz (200 while this thread lives) and /readyz (200 when every module that is wanted answers).
  HttpReply serve(std::string_view path);

  // As Exposition's. Office thread.
  double counted(std::string_view module, std::string_view family) const { return exposition_.counted(module, family); }
  double measured(std::string_view module, std::string_view family) const {
    return exposition_.measured(module, family);
  }

  // Leaves the last figures to the next gateway. Once the office is closed.
  void close() { save(); }

 private:
  void load();
  void save();
  bool take_row(const Route& route);  // true when the module came up
  void collect();
  void collect_from(const std::shared_ptr<Route>& route);
  std::string not_ready() const;

  Office& office_;
  Routes& routes_;
  metrics::Instruments& instruments_;
  const Clock& clock_;
  const Options options_;
  metrics::Exposition exposition_;
  const metrics::Gauge page_cpu_;
  std::map<std::string, std::shared_ptr<const Row>> rows_;  // as last taken
};

}  // namespace status::gateway
