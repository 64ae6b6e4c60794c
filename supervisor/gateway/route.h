// The way to one module: its row, and the connections of the gateway. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "ipc/client/client.h"
#include "supervisor/gateway/rows.h"

namespace status::gateway {

class Route {
 public:
  // So many calls of front ends may be under way to one module: a module that hangs must not take all contexts of the
  // front door.
  static constexpr std::size_t kMaxCalls = 64;
  static constexpr std::size_t kMaxQuiet = 4'096;

  // `observer` (may be null) outlives the route.
  explicit Route(ipc::ClientObserver* observer) : observer_(observer) {}

  // The first row that is up opens the connections. Address and credential of a module never change while a node runs.
  void set_row(Row row);
  std::shared_ptr<const Row> row() const;

  // Null until the module has been up once. `calls` are counted in the metrics; `quiet` carries what waits by design or
  // is the gateway's own: polls, snapshots, descriptions.
  ipc::Client* calls() const;
  ipc::Client* quiet() const;
  ipc::Credential credential() const;

  // No call may start after this. Those in flight are answered CANCELLED before it returns.
  void close();

 private:
  void open_locked();

  ipc::ClientObserver* observer_;
  mutable std::mutex mutex_;  // guards the pointers; the clients live until close()
  std::shared_ptr<const Row> row_;
  ipc::Credential credential_{};
  std::unique_ptr<ipc::Client> calls_;
  std::unique_ptr<ipc::Client> quiet_;
};

}  // namespace status::gateway
