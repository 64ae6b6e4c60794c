#include "supervisor/gateway/forwarder.h"

#include <mutex>

#include "supervisor/gateway/readdress.h"

namespace status::gateway {
Forwarder::Forwarder(ipc::Server& server, Routes& routes, const Clock& clock, Random& ids)
    : server_(server), routes_(routes), clock_(clock), ids_(ids), lost_(clock) {
  server_.handle_others([this](ipc::Call call) { forward(std::move(call)); });
}

void Forwarder::close(MonotonicTime deadline) {
  {
    std::unique_lock lock(door_);
    closed_ = true;
  }
  {
    std::unique_lock lock(idle_mutex_);
    idle_.wait_until(lock, deadline, [this] { return under_way_ == 0; });
  }
  lost_.close();
}

void Forwarder::count_out() {
  if (under_way_.fetch_sub(1) != 1) return;
  // Costs a lock each time that the forwarder falls idle; a flag for "somebody waits" would cost a race.
  std::lock_guard lock(idle_mutex_);
  idle_.notify_all();
}

void Forwarder::forward(ipc::Call call) {
  const std::string_view module = ipc::module_of(call.method());
  if (module == server_.options().module || module.empty()) {
    return call.fail(make_error(Code::unimplemented, "ipc.unknown_method",
                                std::string(call.method()) + " is not a method; `statusctl describe` lists them"));
  }
  if (call.method().ends_with("._sys.set_faults")) {
    return call.fail(make_error(Code::permission_denied, "supervisor.own_method",
                                "faults are put into modules with supervisor.add_fault"));
  }
  std::shared_ptr<Route> route = routes_.find(module);
  if (!route || module == kOwnRow) return call.fail(unknown_module(module, routes_));
  const std::shared_ptr<const Row> row = route->row();
  if (!is_up(*row)) return call.fail(not_running(*row, clock_.unix_ms()));
  send(std::move(call), std::move(route), *row);
}

void Forwarder::send(ipc::Call call, std::shared_ptr<Route> route, const Row& row) {
  std::shared_lock lock(door_);
  const bool poll = is_poll(call.method());
  ipc::Client* client = poll ? route->quiet() : route->calls();
  if (closed_ || client == nullptr) return call.fail(not_running(row, clock_.unix_ms()));
  // Beside the contexts that calls need: any number of front ends may wait for events.
  if (poll && !call.park()) return;
  const ipc::RequestView view = call.view();
  const std::string method(call.method());
  const std::uint32_t deadline_ms = call.remaining_ms();
  ipc::Message message = call.take_message();
  const std::optional<ipc::Trace> trace = view.header.trace;
  readdress(message, view, {route->credential(), deadline_ms, call.caller().user}, ids_);
  LostCalls::Lost journey{std::move(route), row.generation, std::make_shared<ipc::Call>(std::move(call))};
  if (!poll) under_way_.fetch_add(1);
  client->forward(std::move(message), deadline_ms, method, trace,
                  [this, poll, journey = std::move(journey)](Result<ipc::Response> response) mutable {
                    answered(std::move(journey), std::move(response));
                    if (!poll) count_out();
                  });
}

void Forwarder::answered(LostCalls::Lost journey, Result<ipc::Response> response) {
  if (response) {
    const std::optional<Code> code = response->error() ? std::optional(response->error()->code) : std::nullopt;
    return journey.call->reply_message(response->take_message(), code);
  }
  const Error& error = response.error();
  if (error.code == Code::unavailable) {
    journey.sent = error.reason != "ipc.not_connected";
    return lost_.add(std::move(journey));
  }
  journey.call->fail(error);
}

}  // namespace status::gateway
