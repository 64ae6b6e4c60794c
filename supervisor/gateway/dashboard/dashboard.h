// The node's web page at the metrics address: its files, the gateway's methods as JSON, and one event stream. Office
// thread, unless said otherwise.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "supervisor/gateway/dashboard/front_caller.h"
#include "supervisor/gateway/dashboard/json_door.h"
#include "supervisor/gateway/dashboard/live_feed.h"
#include "supervisor/gateway/http/call.h"

namespace status::gateway {

class Dashboard {
 public:
  // Office and clock outlive this, and the office's thread ends first. `front_url`: the node's own door; `pass`: of
  // DashboardAccess.
  Dashboard(Office& office, const Clock& clock, const std::string& front_url, const ipc::Credential& pass)
      : front_(office, front_url, pass), door_(front_, clock), feed_(office, front_) {}

  // Whether the path is one of its own.
  static bool has(std::string_view path);
  // Of a call whose path it has.
  void serve(const std::shared_ptr<HttpCall>& call);

  // Once the office is closed.
  void close() { front_.close(); }

 private:
  FrontCaller front_;
  JsonDoor door_;
  LiveFeed feed_;
};

}  // namespace status::gateway
