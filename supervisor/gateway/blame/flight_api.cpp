#include "supervisor/gateway/blame/flight_api.h"

#include "ipc/wire/limits.h"

namespace status::gateway {
namespace {

constexpr std::uint32_t kMostMs = 86'400'000;
constexpr std::uint32_t kMostRecords = 5'000;

}  // namespace

void Flight::Request::describe(api::Fields<Request>& f) {
  f.add("module", &Request::module, "Only what this module has recorded. Empty: all.").length(0, 32).optional();
  f.add("method", &Request::method, "Only calls of this method. Empty: of all.").length(0, ipc::kMaxMethod).optional();
  f.add("trace", &Request::trace,
        "Only calls of this trace, 32 hex digits, and steps of messages that such calls brought; the first half of a "
        "message's hash is the trace of its delivery. Empty: calls of all traces, and no steps.")
      .length(0, 32)
      .optional();
  f.add("since_ms", &Request::since_ms,
        "How far to look back, in milliseconds. A recorder holds some 7,900 calls and steps.")
      .range(1, kMostMs)
      .optional();
  f.add("order", &Request::order, "The newest ones in the order of time, or the slowest ones, the slowest first.")
      .one_of({"time", "slowest"})
      .optional();
  f.add("limit", &Request::limit, "How many at most.").range(1, kMostRecords).optional();
}

void FlightStages::describe(api::Fields<FlightStages>& f) {
  f.add("send_ns", &FlightStages::send_ns, "From the caller to the callee, in nanoseconds, as the others.");
  f.add("queue_ns", &FlightStages::queue_ns, "Waiting for a worker, or for the module's one thread.");
  f.add("handler_ns", &FlightStages::handler_ns, "In the module's own code.");
  f.add("persist_ns", &FlightStages::persist_ns, "In its database.");
  f.add("backend_ns", &FlightStages::backend_ns, "In its backend.");
  f.add("other_ns", &FlightStages::other_ns, "Waiting for other modules.");
  f.add("reply_ns", &FlightStages::reply_ns, "Back to the caller; 0 in the callee's own record.");
}

void Flight::Record::describe(api::Fields<Record>& f) {
  f.add("module", &Record::module, "Whose recorder it is from.");
  f.add("generation", &Record::generation, "Incarnation of that module.");
  f.add("side", &Record::side, "Whether the module answered the call or made it.").one_of({"answered", "made"});
  f.add("method", &Record::method, "Method of the call.");
  f.add("peer", &Record::peer, "Who made it, or who was to answer it.");
  f.add("code", &Record::code, "`OK`, or the error's code.");
  f.add("time_ms", &Record::time_ms, "When it began, in Unix milliseconds.");
  f.add("started_ns", &Record::started_ns, "The same on the machine's monotonic clock, in nanoseconds.");
  f.add("total_ns", &Record::total_ns, "How long it took, in nanoseconds.");
  f.add("trace", &Record::trace, "Trace id, 32 hex digits.");
  f.add("span", &Record::span, "The call's own span, 16 hex digits; the same in both ends' records.");
  f.add("parent", &Record::parent, "Of a call made: the span that it was made for. Empty: none.");
  f.add("stages", &Record::stages, "Where its time went. Absent: there was no answer that would say.");
  f.add("request_bytes", &Record::request_bytes, "Size of the request.");
  f.add("response_bytes", &Record::response_bytes, "Size of the response; 0: there was none.");
}

void Flight::Step::describe(api::Fields<Step>& f) {
  f.add("module", &Step::module, "Which module did it.");
  f.add("generation", &Step::generation, "Incarnation of that module.");
  f.add("step", &Step::step, "What was done with the message: see `find_message`.");
  f.add("holder", &Step::holder, "The module that had to go on. Empty: none.");
  f.add("time_ms", &Step::time_ms, "When, in Unix milliseconds.");
  f.add("at_ns", &Step::at_ns, "The same on the machine's monotonic clock, in nanoseconds.");
  f.add("message", &Step::message, "Chat's name of the message. Empty: not known to who recorded this.");
  f.add("hash", &Step::hash,
        "The network's name of it, whose first half is the trace of its delivery. Empty: as above.");
  f.add("call_trace", &Step::call_trace, "Trace of the call in which it happened. Empty: in none.");
  f.add("call_span", &Step::call_span, "That call's span: the link between the two traces.");
}

void Flight::Reply::describe(api::Fields<Reply>& f) {
  f.add("records", &Reply::records, "In the order asked for.");
  f.add("steps", &Reply::steps, "Steps of messages, where a trace was asked for; in the order of time.");
}

api::MethodInfo Flight::info() {
  return {.name = "flight",
          .summary =
              "Calls that the modules' flight recorders hold, those of a module that hangs or died among them. "
              "Never what was in them.",
          .errors = {{Code::invalid_argument, "supervisor.bad_trace", "`trace` is not 32 hex digits."}}};
}

}  // namespace status::gateway
