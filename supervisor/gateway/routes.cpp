#include "supervisor/gateway/routes.h"

#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::gateway {

std::shared_ptr<Route> Routes::set_row(Row row) {
  std::shared_ptr<Route> route;
  {
    std::unique_lock lock(mutex_);
    std::shared_ptr<Route>& known = routes_[row.name];
    if (!known) known = std::make_shared<Route>(observer_);
    route = known;
    route->set_row(std::move(row));
  }
  return route;
}

std::shared_ptr<Route> Routes::find(std::string_view module) const {
  std::shared_lock lock(mutex_);
  const auto found = routes_.find(module);
  return found == routes_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Route>> Routes::all() const {
  std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<Route>> out;
  for (const auto& [name, route] : routes_) out.push_back(route);
  return out;
}

std::vector<std::string> Routes::names() const {
  std::shared_lock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, route] : routes_) out.push_back(name);
  return out;
}

void Routes::close() {
  for (const std::shared_ptr<Route>& route : all()) route->close();
}

Error unknown_module(std::string_view module, const Routes& routes) {
  std::vector<std::string> known = routes.names();
  std::erase(known, kOwnRow);
  known.emplace_back("supervisor");
  std::string message = "there is no module " + in_quotes(module);
  if (module == kOwnRow) {
    message += " to call: the gateway answers as `supervisor`";
  } else if (const std::string near = nearest_word(module, known); !near.empty()) {
    message += "; did you mean `" + near + "`?";
  }
  Error error = make_error(Code::not_found, "supervisor.unknown_module", std::move(message));
  Value::Array names(known.begin(), known.end());
  error.details = Value::map({{"modules", std::move(names)}});
  return error;
}

}  // namespace status::gateway
