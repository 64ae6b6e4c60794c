#include "supervisor/gateway/gateway.h"

#include "ipc/base/codec.h"
#include "ipc/base/file.h"
#include "ipc/stream/event_stream.h"
#include "ipc/wire/limits.h"
#include "metrics/instruments.h"
#include "supervisor/gateway/api.h"
#include "supervisor/gateway/blame/blame_desk.h"
#include "supervisor/gateway/custody/custody_desk.h"
#include "supervisor/gateway/dashboard/access.h"
#include "supervisor/gateway/dashboard/dashboard.h"
#include "supervisor/gateway/faults/fault_desk.h"
#include "supervisor/gateway/forwarder.h"
#include "supervisor/gateway/http/admission.h"
#include "supervisor/gateway/http/endpoint.h"
#include "supervisor/gateway/merged_events.h"
#include "supervisor/gateway/metrics_collector.h"
#include "supervisor/gateway/named_tokens.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/records/records_desk.h"
#include "supervisor/gateway/remote/remote_door.h"
#include "supervisor/gateway/routes.h"
#include "supervisor/gateway/supervisor_methods.h"
#include "supervisor/gateway/tcp_listener.h"
#include "supervisor/gateway/token_methods.h"

namespace status::gateway {
namespace {

// One client may have all the calls that it may have, or four modules hang with all that one module may have
// (Route::kMaxCalls), and there is room for two modules' more.
constexpr std::size_t kContexts = ipc::kMaxInFlightPerClient + 2 * Route::kMaxCalls;
static_assert(ipc::kMaxInFlightPerClient >= 4 * Route::kMaxCalls);

// So long a poll may outlive the token that it came with.
constexpr std::chrono::seconds kExpiryLook{1};

ipc::ServerOptions server_options(const GatewayConfig& config, Random& ids) {
  ipc::ServerOptions options;
  options.module = interface().name();
  options.url = config.url;
  options.generation = config.generation;
  options.interface_major = interface().version().major;  // of `supervisor.*`; each module judges its own
  options.workers = 0;                                    // everything is forwarded or at hand
  options.queue = 0;
  options.in_flight_contexts = kContexts;
  options.max_parked_per_client = options.max_parked / 2;
  options.trace_ids = &ids;
  return options;
}

}  // namespace

// In the order of what uses what: destroyed from the end.
struct Gateway::Parts {
  Parts(GatewayConfig given, const Tools& tools)
      : config(std::move(given)),
        log(config.generation, config.log_fd),
        clock(tools.clock),
        facts{.version = config.version, .boot_id = config.boot_id},
        instruments({.module = "gateway", .version = config.version}),
        routes(&instruments.rpc()),
        faults(std::make_shared<FaultDesk>(
            routes, clock, log,
            FaultDesk::Options{
                .allowed = config.allow_faults, .boot_id = config.boot_id, .state_file = config.faults_state_file})),
        visitors(std::make_shared<DashboardAccess>(config.access, tools.random)),
        tokens(std::make_shared<NamedTokens>(config.tokens_file, visitors, tools.clock, tools.random)),
        server(server_options(config, ids), tokens, &instruments.rpc(), config.crash),
        events(server, "supervisor.events.next", tools.clock, tools.random, config.event_memory, MergedEvents::kMarks),
        methods(server, routes, tools.supervisor, instruments, tools.clock, facts),
        forwarder(server, routes, tools.clock, ids),
        merged(events, office, tools.clock, log, config.boot_id),
        collector(office, routes, instruments, tools.clock,
                  {.generation = config.generation,
                   .boot_id = config.boot_id,
                   .state_file = config.metrics_state_file,
                   .period = config.snapshot_period}),
        custody({office, routes, tools.clock, log, instruments.registry(), events}),
        blame(
            office, routes, tools.clock, config.recorder_line, custody,
            {[this](std::string_view module, std::string_view family) { return collector.counted(module, family); },
             [this](std::string_view module, std::string_view family) { return collector.measured(module, family); }}),
        records(office, routes, config.folders),
        admission(tokens, config.metrics_require_token) {
    if (config.flights != nullptr) instruments.keep_flights(*config.flights);
    metrics::watch_stream(instruments.registry(), "events", [this] {
      const ipc::EventStream::Load load = events.load();
      return metrics::StreamLoad{load.depth, load.lag, load.dropped};
    });
  }

  void open_endpoint();
  void serve(const std::shared_ptr<HttpCall>& call);
  HttpReply serve(std::string_view path);
  std::string scheme() const { return config.metrics_certificate_file.empty() ? "http" : "https"; }
  void open_remote();
  void serve_remote();

  const GatewayConfig config;
  const Log log;
  const Clock& clock;
  NodeFacts facts;
  metrics::Instruments instruments;
  Routes routes;
  const std::shared_ptr<FaultDesk> faults;
  const std::shared_ptr<const DashboardAccess> visitors;
  const std::shared_ptr<NamedTokens> tokens;
  IdRandom ids;  // of traces
  ipc::Server server;
  ipc::EventStream events;
  SupervisorMethods methods;
  Forwarder forwarder;
  Office office;
  MergedEvents merged;
  MetricsCollector collector;
  CustodyDesk custody;
  BlameDesk blame;
  RecordsDesk records;
  const Admission admission;
  std::unique_ptr<Dashboard> dashboard;
  std::unique_ptr<HttpEndpoint> endpoint;
  std::unique_ptr<RemoteDoor> remote;
  bool finished = false;
};

void Gateway::Parts::open_endpoint() {
  if (config.metrics_listen.empty()) return;
  dashboard = std::make_unique<Dashboard>(office, clock, config.url, visitors->pass());
  Result<std::unique_ptr<HttpEndpoint>> opened = HttpEndpoint::open(
      office,
      {.listen = config.metrics_listen,
       .wish = earlier_port(config.metrics_address_file),
       .allowed_hosts = config.metrics_allowed_hosts,
       .certificate = config.metrics_certificate_file,
       .problem =
           [this](const Error& error) {
             log.warn("the certificate stays as it was", {{"reason", error.reason}, {"why", error.message}});
           }},
      [this](const std::shared_ptr<HttpCall>& call) { serve(call); });
  if (!opened) {
    log.warn("metrics are not served", {{"reason", opened.error().reason}, {"why", opened.error().message}});
    return;
  }
  endpoint = std::move(*opened);
  facts.metrics_url = scheme() + "://" + endpoint->address() + "/metrics";
  if (!config.metrics_address_file.empty()) {
    // For people and for the gateway after this one; neither is worth a failed start.
    (void)replace_file(config.metrics_address_file, endpoint->address() + "\n", Durability::lazy);
  }
  log.info("metrics are served", {{"url", facts.metrics_url}});
}

void Gateway::Parts::serve(const std::shared_ptr<HttpCall>& call) {
  const bool is_page = Dashboard::has(call->request().path);
  if (std::optional<HttpReply> refused = admission.refusal(call->request(), is_page)) return call->reply(*refused);
  if (is_page) return dashboard->serve(call);
  if (call->request().post) return call->reply({.status = 405, .body = "only GET and HEAD\n"});
  call->reply(serve(call->request().path));
}

HttpReply Gateway::Parts::serve(std::string_view path) {
  if (path != "/sd") return collector.serve(path);
  // Prometheus's HTTP service discovery ("http_sd"): this node as a target.
  const Value target =
      Value::map({{"targets", Value::array({endpoint->address()})},
                  {"labels", Value::map({{"status_version", config.version}, {"__scheme__", scheme()}})}});
  return {.content_type = "application/json", .body = to_json(Value::array({target}))};
}

void Gateway::Parts::open_remote() {
  if (config.remote_listen.empty()) return;
  Result<std::unique_ptr<RemoteDoor>> opened = RemoteDoor::open({.listen = config.remote_listen,
                                                                 .key_file = config.remote_key_file,
                                                                 .address_file = config.remote_address_file,
                                                                 .front_url = config.url},
                                                                {*tokens, instruments.registry(), clock, log});
  if (!opened) {
    log.warn("no other machine can connect", {{"reason", opened.error().reason}, {"why", opened.error().message}});
    facts.remote.problem = opened.error().message;
    return;
  }
  remote = std::move(*opened);
  facts.remote.url = remote->url();
  facts.remote.fingerprint = remote->fingerprint();
}

void Gateway::Parts::serve_remote() {
  if (!remote) return;
  if (Status served = remote->serve(); !served) {
    return log.warn("no other machine can connect", {{"why", served.error().message}});
  }
  log.info("other machines can connect", {{"url", facts.remote.url}, {"fingerprint", facts.remote.fingerprint}});
}

Gateway::Gateway(GatewayConfig config, const Tools& tools)
    : parts_(std::make_unique<Parts>(std::move(config), tools)) {}

Gateway::~Gateway() {
  finish(std::chrono::steady_clock::now());
  // While the server still has the contexts of the calls that they carry.
  parts_->routes.close();
}

Status Gateway::start() {
  if (Status loaded = parts_->tokens->load(); !loaded) {
    parts_->log.error("front ends' tokens cannot be read", {{"why", loaded.error().message}});
  }
  serve_tokens(parts_->server, *parts_->tokens);
  parts_->faults->serve(parts_->server);
  parts_->blame.serve(parts_->server);
  parts_->custody.serve(parts_->server);
  parts_->records.serve(parts_->server);
  parts_->server.on_denied(
      [&log = parts_->log](const std::string& caller, const std::string& method, const Error& error) {
        log.warn("denied", {{"caller", caller}, {"method", method}, {"reason", error.reason}, {"why", error.message}});
      });
  parts_->open_endpoint();
  parts_->open_remote();
  if (Status listening = parts_->server.listen(); !listening) return listening;
  parts_->serve_remote();
  parts_->office.every(kExpiryLook, [&server = parts_->server, &tokens = *parts_->tokens] {
    for (const auto& caller : tokens.run_out()) server.end_polls(caller, NamedTokens::expired(caller->user));
  });
  return {};
}

void Gateway::module_changed(ipc::control::ModuleRow row) {
  const std::shared_ptr<Route> route = parts_->routes.set_row(std::move(row));
  parts_->forwarder.row_changed(*route);
  parts_->faults->row_changed(*route);
  parts_->merged.row_changed(route);
  parts_->collector.row_changed(route);
}

void Gateway::supervisor_event(const ipc::control::SupervisorEvent& event) { parts_->merged.supervisor_event(event); }

void Gateway::supervisor_sample(const ipc::control::SupervisorSample& sample) {
  parts_->collector.supervisor_sample(sample);
}

void Gateway::finish(MonotonicTime deadline) {
  if (std::exchange(parts_->finished, true)) return;
  parts_->server.drain(deadline);
  parts_->forwarder.close(deadline);
  parts_->office.close();
  parts_->endpoint.reset();
  if (parts_->dashboard) parts_->dashboard->close();
  parts_->collector.close();
  parts_->merged.close();
  parts_->server.finish();
  if (parts_->remote) parts_->remote->finish();  // last: those who wait there have their answers now
}

ipc::control::Pong Gateway::pong(std::uint64_t n) const {
  const ipc::ServerLoad load = parts_->server.load();
  return {.n = n,
          .queued = load.queued,
          .running = load.running,
          .completed = load.completed,
          .oldest_overrun_ms = load.oldest_overrun_ms,
          .oldest = load.oldest};
}

std::chrono::milliseconds Gateway::housekeeping_stall() { return parts_->server.housekeeping_stall(); }

const std::string& Gateway::metrics_url() const { return parts_->facts.metrics_url; }

const Log& Gateway::log() const { return parts_->log; }

std::string interface_version() { return interface().version().text(); }

}  // namespace status::gateway
