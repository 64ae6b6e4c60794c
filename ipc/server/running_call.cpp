#include "ipc/server/running_call.h"

#include <unistd.h>

#include <algorithm>

#include "ipc/base/stage_clock.h"
#include "ipc/server/server.h"
#include "ipc/server/slot.h"
#include "ipc/wire/deadline_scope.h"
#include "ipc/wire/method_scope.h"
#include "ipc/wire/trace_scope.h"

namespace status::ipc {
namespace {

// A system call, once a thread.
std::uint32_t thread_id() {
  thread_local const auto id = static_cast<std::uint32_t>(::gettid());
  return id;
}

}  // namespace

RunningCall::RunningCall(Server& server, const Call& call)
    : server_(server), slot_(*call.slot_), ticket_(call.ticket_), crash_slot_(control::CrashArea::kNoSlot) {
  const std::lock_guard lock(server_.mutex_);
  // Whoever answers takes the ticket first and this lock after it: a slot that still has this ticket is still ours.
  if (slot_.ticket() != ticket_) return;
  crash_slot_ = std::exchange(slot_.crash_slot, control::CrashArea::kNoSlot);
  if (server_.crash_ != nullptr) server_.crash_->runs_on(crash_slot_, thread_id());
  place_ = server_.running_.insert(server_.running_.end(), {std::string(call.method()), call.header().trace,
                                                            slot_.received_ns, slot_.deadline_ns.load()});
}

RunningCall::~RunningCall() {
  if (!place_) return;
  const std::lock_guard lock(server_.mutex_);
  server_.running_.erase(*place_);
  server_.completed_.fetch_add(1, std::memory_order_relaxed);
  if (slot_.ticket() == ticket_ && !slot_.parked) {
    if (server_.crash_ != nullptr) server_.crash_->runs_on(crash_slot_, 0);
    slot_.crash_slot = crash_slot_;  // the answer comes later
  } else if (server_.crash_ != nullptr) {
    server_.crash_->release(crash_slot_);
  }
}

bool Server::goes_on(Call& call, const Result<Interceptor::Go>& verdict) {
  if (!verdict) {
    call.fail(verdict.error());
  } else if (*verdict == Interceptor::Go::drop) {
    call.forget();
  }
  return verdict && *verdict == Interceptor::Go::on;
}

void Server::run_handler(const Method& method, Call call) {
  const RunningCall running(*this, call);
  if (!running) return;  // nobody waits any more
  const MethodScope named(running.method());
  Interceptor* const interceptor = method.run == Run::worker ? interceptor_ : nullptr;
  if (interceptor != nullptr && !goes_on(call, interceptor->before_handler())) return;
  const std::shared_ptr<StageTotals> totals = call.start_handler();
  const StageScope scope(*totals);
  const std::optional<Trace> trace = call.header().trace;
  const TraceScope traced(trace ? &*trace : nullptr);
  const DeadlineScope limited(call.deadline());
  if (interceptor != nullptr && !goes_on(call, interceptor->in_handler())) return;
  method.handler(std::move(call));
  totals->leave(monotonic_ns());
}

ServerLoad Server::load() const {
  ServerLoad load;
  load.completed = completed_.load(std::memory_order_relaxed);
  if (pool_ != nullptr) {
    load.queued = pool_->queued();
    load.running = pool_->running();
  }
  const std::uint64_t now = monotonic_ns();
  const std::lock_guard lock(mutex_);
  const auto oldest = std::ranges::min_element(running_, {}, &RunningHandler::received_ns);
  if (oldest == running_.end()) return load;
  load.oldest = oldest->method;
  if (oldest->trace) load.oldest += " " + oldest->trace->id_hex();
  load.oldest_overrun_ms = now > oldest->deadline_ns ? (now - oldest->deadline_ns) / 1'000'000U : 0;
  return load;
}

}  // namespace status::ipc
