#include "supervisor/gateway/metrics_collector.h"

#include "ipc/base/codec.h"
#include "ipc/base/cpu_scope.h"
#include "ipc/base/file.h"

namespace status::gateway {
namespace {

constexpr std::uint32_t kSnapshotDeadlineMs = 4'000;
constexpr std::size_t kMostState = 64 << 20;

double in_seconds(std::uint64_t us) { return static_cast<double>(us) * 1e-6; }

metrics::ModuleRow shown(const Row& row) {
  metrics::ModuleRow out;
  out.name = row.name;
  out.owner = row.owner;
  out.state = row.state;
  out.locked = row.locked;
  out.generation = row.generation;
  if (row.ready_ms != 0) out.start_seconds = static_cast<double>(row.ready_ms - row.started_ms) * 1e-3;
  out.next_attempt_ms = row.next_attempt_ms;
  out.anonymous_bytes = row.anonymous_bytes;
  out.memory_limit_bytes = row.memory_limit_bytes;
  out.cpu_seconds = in_seconds(row.cpu_us);
  out.run_delay_seconds = in_seconds(row.run_delay_us);
  out.sandbox_level = row.sandbox_level;
  out.unprotected = row.unprotected.size();
  out.log_lines_dropped = row.log_lines_dropped;
  if (row.last_exit && !row.last_exit->asked) out.last_crash = {row.last_exit->cause, row.last_exit->time_ms};
  return out;
}

}  // namespace

MetricsCollector::MetricsCollector(Office& office, Routes& routes, metrics::Instruments& instruments,
                                   const Clock& clock, Options options)
    : office_(office),
      routes_(routes),
      instruments_(instruments),
      clock_(clock),
      options_(std::move(options)),
      page_cpu_(instruments.registry().gauge("status_scrape_cpu_seconds",
                                             "Processor time that the page before this one took to make.")) {
  load();
  office_.every(options_.period, [this] { collect(); });
}

void MetricsCollector::load() {
  const Result<std::string> left = read_file(options_.state_file, kMostState);
  const Result<Value> state = left ? decode_msgpack(as_bytes(*left)) : Result<Value>(Value());
  if (!state || state->string_or("boot_id", "") != options_.boot_id) return;
  const Value* metrics = state->find("metrics");
  if (metrics != nullptr) (void)exposition_.restore(*metrics);  // or begin anew, as without the file
}

// Takes less than to make the page of a scrape.
void MetricsCollector::save() {
  exposition_.update(kOwnRow, options_.generation, instruments_.registry().collect(), clock_.monotonic());
  if (options_.state_file.empty()) return;
  const Bytes state = encode_msgpack(Value::map({{"boot_id", options_.boot_id}, {"metrics", exposition_.state()}}));
  // For the gateway after this one: another start of the machine is another run of the node. Where it cannot be
  // written, that one begins anew.
  (void)replace_file(options_.state_file, as_text(state), Durability::lazy);
}

void MetricsCollector::row_changed(std::shared_ptr<Route> route) {
  office_.post([this, route = std::move(route)] {
    // The first figures of an incarnation need not wait for the next round.
    if (take_row(*route)) collect_from(route);
  });
}

void MetricsCollector::supervisor_sample(const ipc::control::SupervisorSample& sample) {
  office_.post([this, sample] {
    exposition_.set_supervisor({.started_seconds = static_cast<double>(sample.started_ms) * 1e-3,
                                .loop_lag_seconds = in_seconds(sample.loop_lag_us),
                                .cpu_seconds = in_seconds(sample.cpu_us),
                                .anonymous_bytes = sample.anonymous_bytes});
  });
}

bool MetricsCollector::take_row(const Route& route) {
  std::shared_ptr<const Row> row = route.row();
  std::shared_ptr<const Row>& known = rows_[row->name];
  exposition_.set_row(shown(*row));
  // Rows are coalesced on their way, and a gateway that was restarted starts with what the supervisor has counted.
  for (const auto& [cause, count] : row->restart_causes) {
    std::uint64_t counted = 0;
    if (known && known->restart_causes.contains(cause)) counted = known->restart_causes.at(cause);
    for (; counted < count; ++counted) exposition_.restarted(row->name, cause);
  }
  if (known && known->pid != 0 && row->pid != known->pid) exposition_.ended(row->name, known->generation);
  // What died while no gateway looked.
  if (!known && row->generation != 0) {
    const bool over = row->pid == 0 && row->state != "starting";
    exposition_.ended(row->name, over ? row->generation : row->generation - 1);
  }
  const bool came_up = is_up(*row) && (!known || !is_up(*known) || known->generation != row->generation);
  known = std::move(row);
  return came_up;
}

void MetricsCollector::collect() {
  save();
  for (const std::shared_ptr<Route>& route : routes_.all()) collect_from(route);
}

void MetricsCollector::collect_from(const std::shared_ptr<Route>& route) {
  const std::shared_ptr<const Row> row = route->row();
  ipc::Client* client = route->quiet();
  if (row->name == kOwnRow || !is_up(*row) || client == nullptr) return;
  ipc::Request request;
  request.method = row->name + "._sys.metrics";
  request.deadline_ms = kSnapshotDeadlineMs;
  client->call(request, [this, name = row->name](Result<ipc::Response> response) {
    if (!response) return;  // its age says so
    auto shared = std::make_shared<ipc::Response>(std::move(*response));
    office_.post([this, name, shared] {
      const Result<Value> value = decode_msgpack(shared->result());
      if (!value) return;
      const Result<metrics::Snapshot> snapshot = metrics::decode(*value);
      if (!snapshot) return;
      exposition_.update(name, shared->header().generation, *snapshot, clock_.monotonic());
    });
  });
}

std::string MetricsCollector::not_ready() const {
  std::string text;
  for (const auto& [name, row] : rows_) {
    if (!is_up(*row) && row->state != "stopped") text += name + " is " + row->state + "\n";
  }
  return text;
}

HttpReply MetricsCollector::serve(std::string_view path) {
  if (path == "/metrics") {
    const std::chrono::nanoseconds before = thread_cpu_time();
    save();  // first: what is shown must not be lost
    HttpReply reply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = exposition_.text(clock_.monotonic())};
    page_cpu_.set(std::chrono::duration<double>(thread_cpu_time() - before).count());
    return reply;
  }
  if (path == "/healthz") return {.body = "ok\n"};
  if (path == "/readyz") {
    std::string missing = not_ready();
    if (missing.empty()) return {.body = "ready\n"};
    return {.status = 503, .body = std::move(missing)};
  }
  return {.status = 404, .body = "there are the dashboard at /, and /metrics, /healthz, /readyz and /sd\n"};
}

}  // namespace status::gateway
