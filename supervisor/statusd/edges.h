// Who may call whom: one random credential per edge, drawn when statusd starts and kept across restarts of both ends.
// One thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ipc/base/random.h"
#include "ipc/control/control_line.h"
#include "supervisor/plan/blueprint.h"
#include "supervisor/process/run_directory.h"

namespace status::supervisor {

class EdgeBook {
 public:
  struct Edge {
    std::string from;
    std::string to;
    Bytes credential;
    std::vector<std::string> methods;
  };

  EdgeBook(const NodePaths& paths, Random& random) : paths_(paths), random_(random) {}

  // An edge for everything that a module requires and may call, and one from the gateway to every other module. An edge
  // that is there already keeps its credential.
  void update(const std::vector<ModulePlan>& modules);

  // What that module's bootstrap says: the credentials that it shows, and the digests of those that it accepts.
  ipc::control::Edges edges_of(const std::string& module) const;
  // The gateway's to that module; empty for the gateway itself.
  Bytes gateway_credential(const std::string& module) const;

  // For another image of the supervisor.
  const std::vector<Edge>& all() const { return edges_; }
  void restore(std::vector<Edge> edges) { edges_ = std::move(edges); }

 private:
  void add(std::vector<Edge>& edges, const std::string& from, const std::string& to,
           const std::vector<std::string>& methods);

  std::vector<Edge> edges_;
  NodePaths paths_;
  Random& random_;
};

}  // namespace status::supervisor
