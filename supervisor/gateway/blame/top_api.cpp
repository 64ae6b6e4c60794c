#include "supervisor/gateway/blame/top_api.h"

namespace status::gateway {

void Top::Request::describe(api::Fields<Request>& f) {
  f.add("window_ms", &Request::window_ms, "Over how long rates are taken, in milliseconds.")
      .range(1'000, 60'000)
      .optional();
}

void Top::Row::describe(api::Fields<Row>& f) {
  f.add("module", &Row::module, "Its name.");
  f.add("owner", &Row::owner, "Team that owns it.");
  f.add("state", &Row::state, "As in supervisor.modules.");
  f.add("calls_per_second", &Row::calls_per_second, "Calls that it answered, other modules' among them.");
  f.add("errors_per_second", &Row::errors_per_second, "Of them with an error that is not the caller's.");
  f.add("p50_ms", &Row::p50_ms, "Time of half of them at most, in milliseconds.");
  f.add("p99_ms", &Row::p99_ms, "Time of 99 of 100 of them at most, in milliseconds.");
  f.add("stages", &Row::stages, "Where that time went, added up.");
  f.add("queue_depth", &Row::queue_depth, "Calls that wait for a worker, as the module said last.");
  f.add("busy_seconds", &Row::busy_seconds, "For how long its one thread had been at one thing then; 0: it has none.");
  f.add("cpu_share", &Row::cpu_share, "Processor time per second, 1: one processor.");
  f.add("anonymous_bytes", &Row::anonymous_bytes, "Memory that only its process has.");
  f.add("restarts", &Row::restarts, "Since the node started.");
}

void Top::Reply::describe(api::Fields<Reply>& f) { f.add("rows", &Reply::rows, "By name."); }

api::MethodInfo Top::info() {
  return {.name = "top", .summary = "What every module is doing: rates, latency, stages, queue, memory, processor."};
}

}  // namespace status::gateway
