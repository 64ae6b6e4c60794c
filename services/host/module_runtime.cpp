#include "services/host/module_runtime.h"

#include <algorithm>

#include "services/host/system_methods.h"

namespace status::host {
namespace {

ipc::ServerOptions server_options(const ModuleDefinition& definition, const ipc::control::Bootstrap& bootstrap,
                                  std::string url) {
  ipc::ServerOptions options;
  options.module = bootstrap.module;
  options.url = std::move(url);
  options.generation = bootstrap.generation;
  options.interface_major = definition.interface().version().major;
  options.workers = definition.workers;
  options.max_message = definition.max_request;
  return options;
}

// Both sockets as one: whichever is stuck, the module is.
ipc::ServerLoad together(ipc::ServerLoad load, const ipc::ServerLoad& other) {
  load.queued += other.queued;
  load.running += other.running;
  load.completed += other.completed;
  if (load.oldest.empty() || other.oldest_overrun_ms > load.oldest_overrun_ms) load.oldest = other.oldest;
  load.oldest_overrun_ms = std::max(load.oldest_overrun_ms, other.oldest_overrun_ms);
  return load;
}

}  // namespace

ModuleRuntime::ModuleRuntime(const ModuleDefinition& definition, ipc::control::Bootstrap bootstrap, std::string url,
                             SupervisorChannel& supervisor, Logger& logger, ipc::control::CrashArea* crash,
                             metrics::flight::Recorder* flights)
    : definition_(definition),
      bootstrap_(std::move(bootstrap)),
      interface_(definition.interface().named(bootstrap_.module)),
      supervisor_(supervisor),
      logger_(logger),
      instruments_({.module = bootstrap_.module, .version = definition.interface().version().text()}),
      server_(server_options(definition, bootstrap_, std::move(url)),
              ipc::CredentialAccess::from_edges(bootstrap_.edges.from), &instruments_.rpc(), crash),
      context_(std::make_unique<ModuleContext>(bootstrap_, definition.interface().version().text(), server_,
                                               instruments_, supervisor, logger, definition.event_bytes,
                                               definition.bulk)) {
  if (flights != nullptr) instruments_.keep_flights(*flights);
}

ModuleRuntime::~ModuleRuntime() {
  finish(std::chrono::steady_clock::now());
  service_.reset();
  context_.reset();
}

Status ModuleRuntime::start() {
  serve_system_methods(server_, interface_, instruments_, locked_);
  if (bootstrap_.allow_faults) {
    server_.intercept(&context_->faults());
    serve_faults(*context_, interface_);
  }
  server_.set_gate([this](const ipc::Call&) -> std::optional<Error> {
    if (open_) return std::nullopt;
    if (locked_) {
      return make_error(Code::failed_precondition, "locked", bootstrap_.module + " waits for its key from keys");
    }
    return make_retryable(Code::unavailable, "ipc.starting", bootstrap_.module + " is starting", 100);
  });
  server_.on_denied([this](const std::string& caller, const std::string& method, const Error& error) {
    logger_.warn("denied", {{"caller", caller}, {"method", method}, {"reason", error.reason}, {"why", error.message}});
  });
  if (Status listening = server_.listen(); !listening) return listening;
  if (context_->bulk() != nullptr) {
    if (Status listening = context_->bulk()->listen(); !listening) return listening;
  }
  if (Status made = make_service(); !made) return made;
  context_->say_ready();
  logger_.info("ready", {{"interface", context_->version()}, {"backend", bootstrap_.backend}});
  return {};
}

Status ModuleRuntime::make_service() {
  Result<std::unique_ptr<Service>> service = definition_.make(*context_);
  if (!service) {
    if (service.error().reason != "locked") return fail(std::move(service.error()));
    if (!locked_.exchange(true)) {
      supervisor_.send(ipc::control::Locked{true});
      logger_.warn("locked", {{"why", service.error().message}});
    }
    return {};
  }
  service_ = std::move(*service);
  if (Status started = service_->start(); !started) return started;
  open_ = true;
  if (locked_.exchange(false)) {
    supervisor_.send(ipc::control::Locked{false});
    logger_.info("unlocked");
  }
  return {};
}

Status ModuleRuntime::retry_locked() {
  const std::lock_guard lock(attempt_mutex_);
  // A full queue is no failure: the next time, then.
  if (attempted_ && locked_ && !attempting_) attempting_ = server_.post([this] { attempt(); });
  return attempted_;
}

void ModuleRuntime::attempt() {
  Status made = make_service();
  const std::lock_guard lock(attempt_mutex_);
  attempted_ = std::move(made);
  attempting_ = false;
  attempt_ended_.notify_all();
}

void ModuleRuntime::finish(MonotonicTime deadline) {
  if (std::exchange(finished_, true)) return;
  context_->end();
  {
    std::unique_lock lock(attempt_mutex_);
    attempt_ended_.wait(lock, [this] { return !attempting_; });
  }
  ipc::BulkServer* const bulk = context_->bulk();
  if (!server_.drain(deadline)) logger_.warn("calls were still running when the time to stop was over");
  if (bulk != nullptr && !bulk->server().drain(deadline)) logger_.warn("a chunk was still being moved then");
  if (service_) service_->stop();
  if (bulk != nullptr) bulk->server().finish();
  server_.finish();
}

void ModuleRuntime::set_edges(const ipc::control::Edges& edges) {
  server_.set_access(ipc::CredentialAccess::from_edges(edges.from));
}

ipc::control::Pong ModuleRuntime::pong(std::uint64_t n) const {
  ipc::ServerLoad load = server_.load();
  if (context_->bulk() != nullptr) load = together(std::move(load), context_->bulk()->server().load());
  return {.n = n,
          .queued = load.queued,
          .running = load.running,
          .completed = load.completed,
          .oldest_overrun_ms = load.oldest_overrun_ms,
          .oldest = load.oldest};
}

}  // namespace status::host
