#include "ipc/api/fault_types.h"

#include "ipc/wire/limits.h"

namespace status::api {
namespace {

constexpr std::uint32_t kMostDelayMs = 60'000;
constexpr std::uint64_t kMostBytes = 64ULL << 20;
constexpr std::uint32_t kMostLines = 10'000;
constexpr std::size_t kMostFaults = 64;

// Of a T that has the members of a FaultSpec.
template <class T>
void describe_spec(Fields<T>& f) {
  f.add("method", &FaultSpec::method, "Which calls it hits: `chat.send_message`, or `chat.*` for all of a module.")
      .length(3, ipc::kMaxMethod);
  f.add("stage", &FaultSpec::stage,
        "Where in a call it strikes: while it waits for a worker, in the module's code, in its database or in its "
        "backend. A call that does not come by there is not hit.")
      .one_of({"queue", "handler", "persist", "backend"})
      .optional();
  f.add("kind", &FaultSpec::kind,
        "`delay` by `delay_ms`; `fail` with INTERNAL `fault.injected`; `hang` until the fault is cleared; `crash` the "
        "process; `drop` the call, which then is answered by its deadline alone (stages queue and handler); `leak` "
        "`bytes` of memory a call; `flood` the log with `lines` lines a call.")
      .one_of({"delay", "fail", "hang", "crash", "drop", "leak", "flood"});
  f.add("percent", &FaultSpec::percent, "How many of a hundred calls are hit.").range(1, 100).optional();
  f.add("delay_ms", &FaultSpec::delay_ms, "Of a `delay`: milliseconds.").range(0, kMostDelayMs).optional();
  f.add("bytes", &FaultSpec::bytes, "Of a `leak`: bytes of each call that are never given back.")
      .range(0, kMostBytes)
      .optional();
  f.add("lines", &FaultSpec::lines, "Of a `flood`: lines of each call.").range(0, kMostLines).optional();
}

}  // namespace

void FaultSpec::describe(Fields<FaultSpec>& f) { describe_spec(f); }

void Fault::describe(Fields<Fault>& f) {
  f.add("id", &Fault::id, "Its number in this run of the node.");
  describe_spec(f);
}

void SetFaults::describe(Fields<SetFaults>& f) {
  f.add("faults", &SetFaults::faults, "All that the module has from now on.").max_items(kMostFaults);
}

}  // namespace status::api
