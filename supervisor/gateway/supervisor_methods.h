// Answers the interface `supervisor` (api.h) and the gateway's own `_sys.*`.
#pragma once

#include <memory>
#include <string>

#include "ipc/server/server.h"
#include "metrics/instruments.h"
#include "supervisor/gateway/api.h"
#include "supervisor/gateway/describer.h"
#include "supervisor/gateway/routes.h"
#include "supervisor/gateway/supervisor_link.h"

namespace status::gateway {

// What the answers are made of; all outlive the server.
struct NodeFacts {
  std::string version;
  std::string boot_id;
  std::string metrics_url;
  Hello::Remote remote;
};

class SupervisorMethods {
 public:
  SupervisorMethods(ipc::Server& server, Routes& routes, SupervisorLink& supervisor, metrics::Instruments& instruments,
                    const Clock& clock, const NodeFacts& facts);

 private:
  void serve_facts();
  void serve_commands();
  void serve_system();
  template <class M>
  void serve_command();
  template <class M>
  void serve_configuration();
  void command(const std::string& op, ipc::Call call);
  void describe(ipc::Call call);
  void upgrade(ipc::Call call);
  void settings(ipc::Call call);
  // The supervisor's words are of the shape that the interface promises.
  template <class Reply>
  void ask_supervisor(ipc::Call call, ipc::control::Command command);
  ModuleInfo info_of(const Row& row) const;

  ipc::Server& server_;
  Routes& routes_;
  SupervisorLink& supervisor_;
  metrics::Instruments& instruments_;
  const Clock& clock_;
  const NodeFacts& facts_;
  // Calls that wait for the supervisor. It may keep what it was given for longer than the server lives; the calls it
  // may not.
  struct Waiting;
  std::shared_ptr<Waiting> waiting_;
  const std::shared_ptr<Describer> describer_;
};

}  // namespace status::gateway
