// One module of a node inside this process: what a process of its own is to statusd. All on the supervisor's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/host/module_runtime.h"
#include "supervisor/plan/blueprint.h"

namespace status::test {

class InprocModule {
 public:
  // Messages of the module with the generation that sent them. Any thread.
  using Said = std::function<void(std::uint64_t generation, ipc::control::FromModule message)>;

  InprocModule(host::ModuleDefinition definition, supervisor::ModulePlan plan, Said said);

  // A new incarnation. Its edges and its address are over inproc://.
  Status start(ipc::control::Bootstrap bootstrap);
  // Asks again for the key, if that is what it waits for.
  Status retry_locked();
  void stop();

  bool running() const { return incarnation_ != nullptr; }
  bool locked() const { return running() && incarnation_->runtime.locked(); }
  const supervisor::ModulePlan& plan() const { return plan_; }

  // As the gateway knows it; kept by the supervisor.
  ipc::control::ModuleRow row;

 private:
  struct Channel final : host::SupervisorChannel {
    Channel(std::uint64_t number, const Said& to) : generation(number), said(to) {}
    void send(const ipc::control::FromModule& message) override { said(generation, message); }
    const std::uint64_t generation;
    const Said& said;
  };
  struct Incarnation {
    Incarnation(const host::ModuleDefinition& definition, ipc::control::Bootstrap bootstrap, const Said& said);
    Channel channel;
    host::Logger logger;
    host::ModuleRuntime runtime;
  };

  const host::ModuleDefinition definition_;
  const supervisor::ModulePlan plan_;
  const Said said_;
  std::unique_ptr<Incarnation> incarnation_;
};

// "ipc:///n/run/chat/rpc.sock" as a name inside the process.
std::string inproc_url(const std::string& ipc_url);

}  // namespace status::test
