#include "supervisor/gateway/describer.h"

#include <algorithm>
#include <mutex>

#include "ipc/api/convert.h"
#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"

namespace status::gateway {
namespace {

using Gathered = std::function<void(Result<Describe::Reply>)>;

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
  Gathering(std::size_t expected, Gathered done) : left_(expected), done_(std::move(done)) {}

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
  Gathered done_;
  Describe::Reply reply_;
};

void describe_one(const Routes& routes, const std::string& module, std::uint32_t deadline_ms, std::int64_t now_ms,
                  const Gathered& done) {
  if (module == interface().name()) return done(Describe::Reply{{own_document()}});
  const std::shared_ptr<Route> route = routes.find(module);
  if (!route || module == kOwnRow) return done(fail(unknown_module(module, routes)));
  ask(*route, *route->row(), deadline_ms, now_ms, [module, done](Result<Value> document) {
    if (!document) return done(fail(document.error()));
    done(Describe::Reply{{{module, std::move(*document), {}}}});
  });
}

void describe_all(const Routes& routes, std::uint32_t deadline_ms, std::int64_t now_ms, Gathered done) {
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

}  // namespace

void Describer::describe(const std::optional<std::string>& module, std::uint32_t deadline_ms, std::int64_t now_ms,
                         Done done) {
  const std::string asked = module.value_or("");
  std::string whose = incarnations(module);
  {
    std::unique_lock lock(mutex_);
    const auto kept = kept_.find(asked);
    if (kept != kept_.end() && kept->second.incarnations == whose) {
      const std::shared_ptr<const Bytes> reply = kept->second.reply;
      lock.unlock();
      return done(reply);
    }
  }
  Gathered gathered = [self = shared_from_this(), asked, whose = std::move(whose),
                       done = std::move(done)](const Result<Describe::Reply>& reply) {
    done(reply ? self->keep(asked, whose, *reply) : fail(reply.error()));
  };
  module ? describe_one(routes_, *module, deadline_ms, now_ms, gathered)
         : describe_all(routes_, deadline_ms, now_ms, std::move(gathered));
}

std::string Describer::incarnations(const std::optional<std::string>& module) const {
  std::string out;
  for (const std::shared_ptr<Route>& route : routes_.all()) {
    const std::shared_ptr<const Row> row = route->row();
    if (is_up(*row) && (!module || row->name == *module)) {
      out.append(row->name).append(" ").append(std::to_string(row->generation)).append("\n");
    }
  }
  return out;
}

Result<std::shared_ptr<const Bytes>> Describer::keep(const std::string& asked, const std::string& incarnations,
                                                     const Describe::Reply& reply) {
  Result<Bytes> encoded = api::encode(reply);
  if (!encoded) return fail(std::move(encoded.error()));
  auto out = std::make_shared<const Bytes>(std::move(*encoded));
  const bool whole = std::ranges::all_of(reply.modules, [](const auto& each) { return each.error.empty(); });
  if (whole) {
    std::lock_guard lock(mutex_);
    kept_[asked] = {incarnations, out};
  }
  return out;
}

}  // namespace status::gateway
