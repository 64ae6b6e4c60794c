// All modules that the supervisor has told of. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/gateway/route.h"

namespace status::gateway {

class Routes {
 public:
  explicit Routes(ipc::ClientObserver* observer) : observer_(observer) {}

  std::shared_ptr<Route> set_row(Row row);
  // Null when there is no such module.
  std::shared_ptr<Route> find(std::string_view module) const;
  // By name.
  std::vector<std::shared_ptr<Route>> all() const;
  std::vector<std::string> names() const;
  void close();

 private:
  ipc::ClientObserver* observer_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::shared_ptr<Route>, std::less<>> routes_;
};

// NOT_FOUND (`supervisor.unknown_module`), naming the nearest and all that there are.
Error unknown_module(std::string_view module, const Routes& routes);

}  // namespace status::gateway
