#include "supervisor/gateway/describer.h"

#include <algorithm>
#include <mutex>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"

namespace status::gateway {
namespace {

using Done = std::function<void(Result<Describe::Reply>)>;

Describe::Document own_document() { return {interface().name(), api::openrpc_document(interface()), {}}; }

void ask(const Route& route, const Row& row, std::uint32_t deadline_ms, std::int64_t now_ms,
         std::function<void(Result<Value>)> answer) {
  ipc::Client* client = route.quiet();
  if (!is_up(row) || client == nullptr) return answer(fail(not_running(row, now_ms)));
  ipc::Request request;
  request.method = row.name + "._sys.describe";
  request.deadline_ms = deadline_ms;
  client->call(request, [answer = std::move(answer)](Result<ipc::Response> response) {
    answer(response ? decode_msgpack(response->result()) : Result<Value>(fail(response.error())));
  });
}

// Waits for several answers.
class Gathering {
 public:
  Gathering(std::size_t expected, Done done) : left_(expected), done_(std::move(done)) {}

  void take(Describe::Document document) {
    std::unique_lock lock(mutex_);
    reply_.modules.push_back(std::move(document));
    if (--left_ > 0) return;
    lock.unlock();
    std::ranges::sort(reply_.modules, {}, &Describe::Document::module);
    done_(std::move(reply_));
  }

 private:
  std::mutex mutex_;
  std::size_t left_;
  Done done_;
  Describe::Reply reply_;
};

void describe_one(const Routes& routes, const std::string& module, std::uint32_t deadline_ms, std::int64_t now_ms,
                  const Done& done) {
  if (module == interface().name()) return done(Describe::Reply{{own_document()}});
  const std::shared_ptr<Route> route = routes.find(module);
  if (!route || module == kOwnRow) return done(fail(unknown_module(module, routes)));
  ask(*route, *route->row(), deadline_ms, now_ms, [module, done](Result<Value> document) {
    if (!document) return done(fail(document.error()));
    done(Describe::Reply{{{module, std::move(*document), {}}}});
  });
}

}  // namespace

void describe_modules(const Routes& routes, const std::optional<std::string>& module, std::uint32_t deadline_ms,
                      std::int64_t now_ms, Done done) {
  if (module) return describe_one(routes, *module, deadline_ms, now_ms, done);
  std::vector<std::pair<std::shared_ptr<Route>, std::shared_ptr<const Row>>> up;
  for (const std::shared_ptr<Route>& route : routes.all()) {
    std::shared_ptr<const Row> row = route->row();
    if (is_up(*row) && row->name != kOwnRow) up.emplace_back(route, std::move(row));
  }
  const auto gathering = std::make_shared<Gathering>(up.size() + 1, std::move(done));
  gathering->take(own_document());
  for (const auto& [route, row] : up) {
    ask(*route, *row, deadline_ms, now_ms, [gathering, name = row->name](Result<Value> document) {
      gathering->take(document ? Describe::Document{name, std::move(*document), {}}
                               : Describe::Document{name, {}, document.error().describe()});
    });
  }
}

}  // namespace status::gateway
