// The front door's main business: a request for `module.method` moves on to that module, its answer moves back. The
// same NNG message travels through; only fixed-width fields of its prefix are patched (WIRE.md section 2), inside the
// callback that it arrived in.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/server/server.h"
#include "supervisor/gateway/lost_calls.h"
#include "supervisor/gateway/routes.h"

namespace status::gateway {

class Forwarder {
 public:
  // Takes what `server` has no method for. `ids`: of the traces of calls that bring none; any thread. All outlive the
  // forwarder.
  Forwarder(ipc::Server& server, Routes& routes, const Clock& clock, Random& ids);

  // The row of that route is another one now. Any thread.
  void row_changed(const Route& route) { lost_.row_changed(route); }

  // Nothing is forwarded after this. Calls that are under way have until `deadline` to come back; polls do not count.
  void close(MonotonicTime deadline);

 private:
  void forward(ipc::Call call);
  void send(ipc::Call call, std::shared_ptr<Route> route, const Row& row);
  void count_out();
  // `journey` is lost when there is no response.
  void answered(LostCalls::Lost journey, Result<ipc::Response> response);

  ipc::Server& server_;
  Routes& routes_;
  const Clock& clock_;
  Random& ids_;
  LostCalls lost_;
  std::shared_mutex door_;  // shared while a call is being sent on
  bool closed_ = false;
  std::atomic<std::size_t> under_way_{0};
  std::mutex idle_mutex_;
  std::condition_variable idle_;
};

}  // namespace status::gateway
