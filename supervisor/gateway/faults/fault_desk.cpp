#include "supervisor/gateway/faults/fault_desk.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"
#include "ipc/server/typed.h"
#include "supervisor/gateway/faults/fault_api.h"
#include "supervisor/gateway/tokens.h"

namespace status::gateway {
namespace {

using ipc::Run;

constexpr std::uint32_t kTellMs = 1'000;
constexpr std::size_t kMostFaults = 64;  // of a module
constexpr std::size_t kMostState = 1 << 20;

bool is_of(const api::Fault& fault, std::string_view module) { return ipc::module_of(fault.method) == module; }

}  // namespace

FaultDesk::FaultDesk(Routes& routes, const Clock& clock, const Log& log, Options options)
    : routes_(routes), clock_(clock), log_(log), options_(std::move(options)) {
  load();
}

void FaultDesk::load() {
  const Result<std::string> left = read_file(options_.state_file, kMostState);
  const Result<Value> state = left ? decode_msgpack(as_bytes(*left)) : Result<Value>(Value());
  if (!options_.allowed || !state || state->string_or("boot_id", "") != options_.boot_id) return;
  const Value* faults = state->find("faults");
  const auto set = faults == nullptr ? Result<api::SetFaults>(api::SetFaults{})
                                     : api::from_value<api::SetFaults>(*faults, api::Mode::lenient);
  if (!set) return;
  const std::lock_guard lock(mutex_);
  faults_ = set->faults;
  last_id_ = state->uint_or("last_id", 0);
}

void FaultDesk::keep_locked() {
  if (options_.state_file.empty()) return;
  const Bytes state = encode_msgpack(Value::map(
      {{"boot_id", options_.boot_id}, {"last_id", last_id_}, {"faults", api::to_value(api::SetFaults{faults_})}}));
  if (Status kept = replace_file(options_.state_file, as_text(state), Durability::lazy); !kept) {
    log_.warn("faults end with this gateway", {{"why", kept.error().message}});
  }
}

std::vector<api::Fault> FaultDesk::of_module_locked(std::string_view module) const {
  std::vector<api::Fault> out;
  std::ranges::copy_if(faults_, std::back_inserter(out), [&](const api::Fault& each) { return is_of(each, module); });
  return out;
}

void FaultDesk::tell(const Route& route, std::vector<api::Fault> faults, std::function<void(const Status&)> done) {
  ipc::Client* client = route.quiet();
  const Result<Bytes> params = api::encode(api::SetFaults{std::move(faults)});
  if (client == nullptr || !params) {
    return done(fail(make_retryable(Code::unavailable, "supervisor.not_running", "the module is not up", 500)));
  }
  ipc::Request request;
  request.method = route.row()->name + "._sys.set_faults";
  request.params = *params;
  request.deadline_ms = kTellMs;
  client->call(request, [done = std::move(done)](const Result<ipc::Response>& told) {
    done(told ? Status() : Status(fail(told.error())));
  });
}

void FaultDesk::add(api::FaultSpec spec, const Done<api::Fault>& done) {
  if (!options_.allowed) {
    return done(fail(Code::failed_precondition, "supervisor.faults_not_allowed",
                     "this node takes no faults: start statusd with --allow-faults"));
  }
  const std::string module(ipc::module_of(spec.method));
  const std::shared_ptr<Route> route = routes_.find(module);
  if (!route || module == kOwnRow) return done(fail(unknown_module(module, routes_)));
  const std::shared_ptr<const Row> row = route->row();
  if (!is_up(*row)) return done(fail(not_running(*row, clock_.unix_ms())));
  api::Fault fault{std::move(spec)};
  std::vector<api::Fault> all;
  {
    const std::lock_guard lock(mutex_);
    all = of_module_locked(module);
    fault.id = ++last_id_;
  }
  if (all.size() >= kMostFaults) {
    return done(fail(Code::resource_exhausted, "supervisor.too_many_faults",
                     module + " has 64 faults already: statusctl fault clear"));
  }
  all.push_back(fault);
  tell(*route, std::move(all), [self = shared_from_this(), fault, done](const Status& told) {
    if (!told) return done(fail(told.error()));
    {
      const std::lock_guard lock(self->mutex_);
      self->faults_.push_back(fault);
      self->keep_locked();
    }
    self->log_.warn("a fault was put in",
                    {{"fault", fault.id}, {"method", fault.method}, {"stage", fault.stage}, {"kind", fault.kind}});
    done(fault);
  });
}

Result<std::uint32_t> FaultDesk::clear(std::optional<std::uint64_t> id) {
  std::set<std::string> modules;
  std::uint32_t cleared = 0;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(faults_, [&](const api::Fault& fault) {
      if (id && fault.id != *id) return false;
      modules.emplace(ipc::module_of(fault.method));
      ++cleared;
      return true;
    });
    if (cleared > 0) keep_locked();
  }
  if (id && cleared == 0) {
    return fail(Code::not_found, "supervisor.unknown_fault",
                "there is no fault " + std::to_string(*id) + ": statusctl fault list");
  }
  for (const std::string& module : modules) {
    const std::shared_ptr<Route> route = routes_.find(module);
    if (!route) continue;
    std::unique_lock lock(mutex_);
    std::vector<api::Fault> rest = of_module_locked(module);
    lock.unlock();
    tell(*route, std::move(rest), [](const Status&) {});  // one that is down has none when it comes back
  }
  return cleared;
}

void FaultDesk::row_changed(const Route& route) {
  const std::shared_ptr<const Row> row = route.row();
  if (!is_up(*row)) return;
  std::vector<api::Fault> faults;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_[row->name], row->generation) == row->generation) return;
    faults = of_module_locked(row->name);
  }
  if (!faults.empty()) tell(route, std::move(faults), [](const Status&) {});
}

void FaultDesk::serve(ipc::Server& server) {
  server.handle("supervisor.add_fault", Run::inline_thread, [this](ipc::Call call) {
    const auto spec = api::decode<AddFault::Request>(call.params(), api::Mode::strict);
    if (!spec) return call.fail(spec.error());
    if (Status local = local_user_only(call.caller(), "put faults into modules"); !local) {
      return call.fail(local.error());
    }
    const auto shared = std::make_shared<ipc::Call>(std::move(call));
    add(*spec, [shared](const Result<api::Fault>& added) {
      const Result<Bytes> encoded = added ? api::encode(*added) : Result<Bytes>(fail(added.error()));
      encoded ? shared->reply(*encoded) : shared->fail(encoded.error());
    });
  });
  ipc::serve<Faults>(server, Run::inline_thread, [this](const api::Empty&, ipc::CallContext&) -> Result<Faults::Reply> {
    const std::lock_guard lock(mutex_);
    return Faults::Reply{options_.allowed, faults_};
  });
  ipc::serve<ClearFaults>(
      server, Run::system,
      [this](const ClearFaults::Request& request, ipc::CallContext& context) -> Result<ClearFaults::Reply> {
        if (Status local = local_user_only(context.caller, "clear faults"); !local) return fail(local.error());
        const Result<std::uint32_t> cleared = clear(request.id);
        if (!cleared) return fail(cleared.error());
        return ClearFaults::Reply{*cleared};
      });
}

}  // namespace status::gateway
