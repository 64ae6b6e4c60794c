// Collects the interfaces of modules as OpenRPC documents. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ipc/base/bytes.h"
#include "supervisor/gateway/api.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

// What it has once heard it keeps: an incarnation's interface does not change, and to collect and to write some hundred
// kilobytes of documents costs a thousand times what another call does.
class Describer : public std::enable_shared_from_this<Describer> {
 public:
  using Done = std::function<void(const Result<std::shared_ptr<const Bytes>>&)>;

  explicit Describer(const Routes& routes) : routes_(routes) {}

  // Of one module, or of all that are up and the supervisor itself. `done` is called once, on this thread or on NNG's,
  // with a Describe::Reply, encoded: for one module with its document or its error, for all with whatever could be had
  // within `deadline_ms`.
  void describe(const std::optional<std::string>& module, std::uint32_t deadline_ms, std::int64_t now_ms, Done done);

 private:
  struct Kept {
    std::string incarnations;  // whose documents these are
    std::shared_ptr<const Bytes> reply;
  };
  std::string incarnations(const std::optional<std::string>& module) const;
  Result<std::shared_ptr<const Bytes>> keep(const std::string& asked, const std::string& incarnations,
                                            const Describe::Reply& reply);

  const Routes& routes_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  // by the module's name, empty for all; under mutex_
};

}  // namespace status::gateway
