#include "tests/support/inproc_module.h"

namespace status::test {
namespace {

constexpr std::chrono::seconds kStopWithin{5};

std::string own_url(const ipc::control::Bootstrap& bootstrap) {
  return inproc_url("ipc://" + bootstrap.run_dir + "/rpc.sock");
}

}  // namespace

std::string inproc_url(const std::string& ipc_url) { return "inproc" + ipc_url.substr(ipc_url.find("://")); }

InprocModule::Incarnation::Incarnation(const host::ModuleDefinition& definition, ipc::control::Bootstrap bootstrap,
                                       const Said& said)
    : channel(bootstrap.generation, said),
      logger(bootstrap.module, bootstrap.generation, host::LogLevel::error),
      runtime(definition, bootstrap, own_url(bootstrap), channel, logger) {}

InprocModule::InprocModule(host::ModuleDefinition definition, supervisor::ModulePlan plan, Said said)
    : definition_(std::move(definition)), plan_(std::move(plan)), said_(std::move(said)) {}

Status InprocModule::start(ipc::control::Bootstrap bootstrap) {
  for (auto& [name, edge] : bootstrap.edges.to) edge.url = inproc_url(edge.url);
  incarnation_ = std::make_unique<Incarnation>(definition_, std::move(bootstrap), said_);
  return incarnation_->runtime.start();
}

Status InprocModule::retry_locked() { return running() ? incarnation_->runtime.retry_locked() : Status{}; }

void InprocModule::stop() {
  if (!running()) return;
  incarnation_->runtime.finish(std::chrono::steady_clock::now() + kStopWithin);
  incarnation_.reset();
}

}  // namespace status::test
