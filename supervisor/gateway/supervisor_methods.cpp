#include "supervisor/gateway/supervisor_methods.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"
#include "ipc/server/typed.h"
#include "ipc/wire/limits.h"
#include "supervisor/gateway/config_api.h"
#include "supervisor/gateway/records/records_api.h"
#include "supervisor/gateway/tokens.h"
#include "supervisor/gateway/upgrade_api.h"

namespace status::gateway {
namespace {

using ipc::Run;

// What the collecting of answers leaves of the caller's deadline for the way back.
constexpr std::uint32_t kWayBackMs = 20;
constexpr std::uint32_t kDescribeMs = 3'000;

template <class Reply>
void answer(ipc::Call& call, const Result<Reply>& reply) {
  if (!reply) return call.fail(reply.error());
  const Result<Bytes> encoded = api::encode(*reply);
  encoded ? call.reply(*encoded) : call.fail(encoded.error());
}

}  // namespace

struct SupervisorMethods::Waiting {
  std::mutex mutex;
  std::map<std::uint64_t, ipc::Call> calls;
  std::uint64_t last = 0;

  std::uint64_t add(ipc::Call call) {
    std::lock_guard lock(mutex);
    std::erase_if(calls, [](const auto& entry) { return entry.second.abandoned(); });
    calls.emplace(++last, std::move(call));
    return last;
  }
  template <class Reply>
  void answer(std::uint64_t id, const Result<Reply>& reply) {
    std::unique_lock lock(mutex);
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    ipc::Call call = std::move(found->second);
    calls.erase(found);
    lock.unlock();
    gateway::answer(call, reply);
  }
};

SupervisorMethods::SupervisorMethods(ipc::Server& server, Routes& routes, SupervisorLink& supervisor,
                                     metrics::Instruments& instruments, const Clock& clock, const NodeFacts& facts)
    : server_(server),
      routes_(routes),
      supervisor_(supervisor),
      instruments_(instruments),
      clock_(clock),
      facts_(facts),
      waiting_(std::make_shared<Waiting>()),
      describer_(std::make_shared<Describer>(routes)) {
  serve_facts();
  serve_commands();
  serve_system();
}

ModuleInfo SupervisorMethods::info_of(const Row& row) const {
  ModuleInfo info;
  info.name = row.name;
  info.state = row.state;
  info.why = row.why;
  info.locked = row.locked;
  info.generation = row.generation;
  info.pid = row.pid;
  info.started_ms = row.started_ms;
  info.ready_ms = row.ready_ms;
  info.uptime_seconds = row.pid == 0 ? 0 : std::max<std::int64_t>((clock_.unix_ms() - row.started_ms) / 1'000, 0);
  info.restarts = row.restarts;
  info.rss_bytes = row.rss_bytes;
  info.anonymous_bytes = row.anonymous_bytes;
  info.memory_limit_bytes = row.memory_limit_bytes;
  info.sandbox = row.sandbox;
  info.sandbox_level = static_cast<std::uint32_t>(row.sandbox_level);
  info.unprotected = row.unprotected;
  info.ungranted = row.ungranted;
  info.owner = row.owner;
  info.backend = row.backend;
  info.interface = row.interface;
  info.requires_ = row.requires_;
  if (row.last_exit) {
    info.last_exit = ExitInfo{.generation = row.last_exit->generation,
                              .cause = row.last_exit->cause,
                              .time_ms = row.last_exit->time_ms,
                              .uptime_ms = row.last_exit->uptime_ms,
                              .asked = row.last_exit->asked};
  }
  info.next_attempt_ms = row.next_attempt_ms;
  return info;
}

void SupervisorMethods::serve_facts() {
  ipc::serve<Hello>(server_, Run::inline_thread, [this](const Hello::Request&, ipc::CallContext&) {
    Hello::Reply reply{facts_.version, ipc::kProtocol, facts_.boot_id, facts_.metrics_url, facts_.remote, {}};
    for (const auto& route : routes_.all()) {
      const auto row = route->row();
      reply.modules.push_back({row->name, row->state, row->locked, row->generation, row->interface});
    }
    return Result<Hello::Reply>(std::move(reply));
  });
  ipc::serve<ListModules>(server_, Run::inline_thread, [this](const ListModules::Request&, ipc::CallContext&) {
    ListModules::Reply reply;
    for (const auto& route : routes_.all()) reply.modules.push_back(info_of(*route->row()));
    return Result<ListModules::Reply>(std::move(reply));
  });
  ipc::serve<OneModule>(server_, Run::inline_thread,
                        [this](const OneModule::Request& request, ipc::CallContext&) -> Result<ModuleInfo> {
                          const auto route = routes_.find(request.name);
                          if (!route) return fail(unknown_module(request.name, routes_));
                          return info_of(*route->row());
                        });
  server_.handle(interface().full_name(Describe::info().name), Run::inline_thread,
                 [this](ipc::Call call) { describe(std::move(call)); });
}

void SupervisorMethods::describe(ipc::Call call) {
  const auto request = api::decode<Describe::Request>(call.params(), api::Mode::strict);
  if (!request) return call.fail(request.error());
  const std::uint32_t within = std::min(kDescribeMs, std::max(call.remaining_ms(), kWayBackMs + 1) - kWayBackMs);
  const auto shared = std::make_shared<ipc::Call>(std::move(call));
  describer_->describe(request->module, within, clock_.unix_ms(),
                       [shared](const Result<std::shared_ptr<const Bytes>>& reply) {
                         reply ? shared->reply(**reply) : shared->fail(reply.error());
                       });
}

template <class M>
void SupervisorMethods::serve_command() {
  const std::string op = M::info().name;
  server_.handle(interface().full_name(op), Run::inline_thread,
                 [this, op](ipc::Call call) { command(op, std::move(call)); });
}

void SupervisorMethods::command(const std::string& op, ipc::Call call) {
  const auto request = api::decode<ModuleName>(call.params(), api::Mode::strict);
  if (!request) return call.fail(request.error());
  if (!routes_.find(request->module)) return call.fail(unknown_module(request->module, routes_));
  ipc::control::Command command{.op = op, .module = request->module};
  const std::string_view key = call.header().idempotency_key;
  if (!key.empty()) command.key.append(call.principal()).append(" ").append(key);
  const std::uint64_t id = waiting_->add(std::move(call));
  supervisor_.command(std::move(command), [id, desk = std::weak_ptr(waiting_)](const Result<Value>& done) {
    const auto waiting = desk.lock();
    if (waiting) waiting->answer(id, done ? Result<api::Empty>(api::Empty{}) : fail(done.error()));
  });
}

template <class Reply>
void SupervisorMethods::ask_supervisor(ipc::Call call, ipc::control::Command command) {
  const std::uint64_t id = waiting_->add(std::move(call));
  supervisor_.command(std::move(command), [id, desk = std::weak_ptr(waiting_)](const Result<Value>& done) {
    const auto waiting = desk.lock();
    if (!waiting) return;
    waiting->answer(id, done ? api::from_value<Reply>(*done, api::Mode::lenient) : fail(done.error()));
  });
}

template <class M>
void SupervisorMethods::serve_configuration() {
  const std::string op = M::info().name;
  server_.handle(interface().full_name(op), Run::inline_thread, [this, op](ipc::Call call) {
    const auto request = api::decode<api::Empty>(call.params(), api::Mode::strict);
    if (!request) return call.fail(request.error());
    ask_supervisor<ConfigChanges>(std::move(call), {.op = op});
  });
}

void SupervisorMethods::upgrade(ipc::Call call) {
  const auto request = api::decode<Upgrade::Request>(call.params(), api::Mode::strict);
  if (!request) return call.fail(request.error());
  if (Status local = local_user_only(call.caller(), "replace the supervisor"); !local) return call.fail(local.error());
  ask_supervisor<Upgrade::Reply>(std::move(call), {.op = Upgrade::info().name, .argument = request->executable});
}

void SupervisorMethods::settings(ipc::Call call) {
  const auto request = api::decode<Settings::Request>(call.params(), api::Mode::strict);
  if (!request) return call.fail(request.error());
  if (!routes_.find(request->module)) return call.fail(unknown_module(request->module, routes_));
  ask_supervisor<Settings::Reply>(std::move(call), {.op = Settings::info().name, .module = request->module});
}

void SupervisorMethods::serve_commands() {
  serve_command<Start>();
  serve_command<Stop>();
  serve_command<Restart>();
  serve_command<Pause>();
  serve_command<Resume>();
  serve_configuration<ConfigDiff>();
  serve_configuration<ConfigApply>();
  server_.handle(interface().full_name(Upgrade::info().name), Run::inline_thread,
                 [this](ipc::Call call) { upgrade(std::move(call)); });
  server_.handle(interface().full_name(Settings::info().name), Run::inline_thread,
                 [this](ipc::Call call) { settings(std::move(call)); });
}

void SupervisorMethods::serve_system() {
  server_.handle("supervisor._sys.describe", Run::system,
                 [](ipc::Call call) { call.reply(encode_msgpack(api::openrpc_document(interface()))); });
  server_.handle("supervisor._sys.health", Run::inline_thread, [this](ipc::Call call) {
    const ipc::ServerLoad load = server_.load();
    call.reply(encode_msgpack(Value::map({{"generation", server_.options().generation},
                                          {"locked", false},
                                          {"queued", load.queued},
                                          {"running", load.running},
                                          {"completed", load.completed},
                                          {"oldest_overrun_ms", load.oldest_overrun_ms}})));
  });
  server_.handle("supervisor._sys.metrics", Run::system, [this](ipc::Call call) {
    call.reply(encode_msgpack(metrics::encode(instruments_.registry().collect())));
  });
}

}  // namespace status::gateway
