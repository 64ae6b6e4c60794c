#include "services/host/module_context.h"

#include <algorithm>

namespace status::host {

ModuleContext::ModuleContext(const ipc::control::Bootstrap& bootstrap, std::string version, ipc::Server& server,
                             metrics::Instruments& instruments, SupervisorChannel& supervisor, Logger& logger,
                             std::size_t event_bytes, bool bulk)
    : bootstrap_(bootstrap),
      version_(std::move(version)),
      server_(server),
      instruments_(instruments),
      supervisor_(supervisor),
      logger_(logger),
      faults_(random_, logger),
      backend_gate_(instruments.registry(), faults_),
      bulk_(bulk ? std::make_unique<ipc::BulkServer>(bootstrap.module, ipc::bulk_url_of(server.options().url),
                                                     bootstrap.generation, clock_, random_)
                 : nullptr),
      events_(server, bootstrap.module + ".events.next", clock_, random_, {}, 0, event_bytes) {
  metrics::watch_stream(instruments.registry(), "events", [this] {
    const ipc::EventStream::Load load = events_.load();
    return metrics::StreamLoad{load.depth, load.lag, load.dropped};
  });
}

Result<ipc::Client*> ModuleContext::client(const std::string& module) {
  if (const auto found = clients_.find(module); found != clients_.end()) return found->second.get();
  const auto edge = bootstrap_.edges.to.find(module);
  if (edge == bootstrap_.edges.to.end()) {
    return fail(Code::failed_precondition, "host.not_required",
                bootstrap_.module + " may not call " + module +
                    ": `requires` in module.toml must name it and, for a module of modules.d/, the operator must grant "
                    "it: statusctl grant " +
                    bootstrap_.module + " " + module);
  }
  ipc::ClientOptions options{.url = edge->second.url, .target = module};
  if (edge->second.credential.size() == sizeof(ipc::Credential)) {
    std::ranges::copy(edge->second.credential, options.credential.emplace().begin());
  }
  Result<std::unique_ptr<ipc::Client>> client = ipc::Client::open(std::move(options), &instruments_.rpc());
  if (!client) return fail(std::move(client.error()));
  return clients_.emplace(module, std::move(*client)).first->second.get();
}

std::unique_ptr<Reexport> ModuleContext::reexport(MetricsSource source) {
  if (bootstrap_.reexport.empty()) return nullptr;
  return std::make_unique<Reexport>(instruments_.registry(), bootstrap_.reexport, clock_, std::move(source));
}

void ModuleContext::degraded(const std::string& about, const std::string& why) {
  const std::lock_guard lock(state_mutex_);
  troubles_[about] = why;
  if (ready_) supervisor_.send(ipc::control::Degraded{why});
}

void ModuleContext::recovered(const std::string& about) {
  const std::lock_guard lock(state_mutex_);
  if (troubles_.erase(about) == 0 || !ready_) return;
  if (!troubles_.empty()) return say_troubled();
  supervisor_.send(ready_message());
}

void ModuleContext::say_ready() {
  const std::lock_guard lock(state_mutex_);
  ready_ = true;
  supervisor_.send(ready_message());
  if (!troubles_.empty()) say_troubled();
}

void ModuleContext::say_fatal(const std::string& reason, const std::string& message) {
  supervisor_.send(ipc::control::Fatal{reason, message});
}

void ModuleContext::on_end(std::function<void()> listener) {
  const std::lock_guard lock(end_mutex_);
  on_end_ = std::move(listener);
}

void ModuleContext::end() {
  ending_ = true;
  faults_.end();
  const std::lock_guard lock(end_mutex_);
  if (on_end_) on_end_();
}

ipc::control::Ready ModuleContext::ready_message() const {
  return {.url = server_.options().url, .bulk_url = bulk_ ? bulk_->url() : std::string(), .interface = version_};
}

}  // namespace status::host
