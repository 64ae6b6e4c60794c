// Which faults an operator has put into which module. A module is told all of its faults whenever one is added or
// cleared and whenever it comes up; what was put in outlives the gateway, not the node.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/api/fault_types.h"
#include "ipc/server/server.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

// Any thread. Shared, because answers of modules may outlive its owner's use of it.
class FaultDesk : public std::enable_shared_from_this<FaultDesk> {
 public:
  struct Options {
    bool allowed = false;    // the node was started with --allow-faults
    std::string boot_id;     // of the node: what another run has left is not taken
    std::string state_file;  // empty: faults end with the gateway
  };
  template <class T>
  using Done = std::function<void(const Result<T>&)>;

  // They outlive the routes' last answer.
  FaultDesk(Routes& routes, const Clock& clock, const Log& log, Options options);

  // The methods of fault_api.h. `server` has ended before the desk goes.
  void serve(ipc::Server& server);

  // The row of that route is another one now.
  void row_changed(const Route& route);

 private:
  void add(api::FaultSpec spec, const Done<api::Fault>& done);
  Result<std::uint32_t> clear(std::optional<std::uint64_t> id);
  std::vector<api::Fault> of_module_locked(std::string_view module) const;
  void keep_locked();
  void load();
  static void tell(const Route& route, std::vector<api::Fault> faults, std::function<void(const Status&)> done);

  Routes& routes_;
  const Clock& clock_;
  const Log& log_;
  const Options options_;
  std::mutex mutex_;  // guards what follows
  std::vector<api::Fault> faults_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, std::uint64_t> told_;  // the incarnation of a module that knows its faults
};

}  // namespace status::gateway
