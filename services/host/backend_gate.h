// What stands in front of a module's backend, whichever it is: charges the call's stage `backend`, measures by function
// what was computed and what was waited for, and lets the faults in that an operator has put there.
#pragma once

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

#include "ipc/base/clock.h"
#include "ipc/base/cpu_scope.h"
#include "ipc/base/result.h"
#include "ipc/base/stage_clock.h"
#include "metrics/service_instruments.h"
#include "services/host/faults/fault_book.h"

namespace status::host {

// Any thread. `function` is a constant of the code and a metric label.
class BackendGate {
 public:
  // Both outlive this.
  BackendGate(metrics::Registry& registry, FaultBook& faults) : instruments_(registry), faults_(faults) {}

  // A call that is answered on this thread: `work()` gives a Result or a Status.
  template <class Work>
  auto call(const char* function, Work work) {
    using Answer = std::invoke_result_t<Work>;
    const StageTimer charged(Stage::backend);
    if (Status let = enter(); !let) return Answer(fail(std::move(let.error())));
    const std::uint64_t begun_ns = monotonic_ns();
    const std::chrono::nanoseconds cpu_before = thread_cpu_time();
    Answer answer = work();
    record(function, answer.has_value(), thread_cpu_time() - cpu_before, begun_ns);
    return answer;
  }

  // A call whose answer comes later, through a `done` that takes a Result: gives the one to pass on instead, or an error
  // that is the answer already. What the backend computes is known where it works within a CpuScope.
  enum class Waits { here, remote };  // for what: remote is another machine
  template <class T>
  Result<std::function<void(Result<T>)>> begin(const char* function, std::function<void(Result<T>)> done,
                                               Waits waits = Waits::here) {
    const StageTimer charged(Stage::backend);
    if (Status let = enter(); !let) return fail(std::move(let.error()));
    return std::function<void(Result<T>)>(
        [this, function, waits, begun_ns = monotonic_ns(), done = std::move(done)](Result<T> answer) {
          record(function, answer.has_value(), CpuScope::spent(), begun_ns, waits);
          done(std::move(answer));
        });
  }

 private:
  Status enter() {
    const Result<FaultBook::Go> went = faults_.meet(FaultStage::backend);
    return went ? Status() : Status(fail(went.error()));
  }
  void record(const char* function, bool succeeded, std::chrono::nanoseconds cpu, std::uint64_t begun_ns,
              Waits waits = Waits::here) {
    const std::chrono::nanoseconds took(monotonic_ns() - begun_ns);
    instruments_.call(function, succeeded, std::min(cpu, took), took - std::min(cpu, took), waits == Waits::remote);
  }

  metrics::BackendInstruments instruments_;
  FaultBook& faults_;
};

}  // namespace status::host
