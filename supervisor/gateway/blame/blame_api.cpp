#include "supervisor/gateway/blame/blame_api.h"

#include "ipc/wire/limits.h"

namespace status::gateway {
namespace {

constexpr std::uint32_t kLeastMs = 5'000;
constexpr std::uint32_t kMostMs = 1'800'000;
constexpr const char* kSince = "How far to look back, in milliseconds, in steps of 5,000.";
constexpr const char* kOwner = "Team that owns the module.";

}  // namespace

void Blame::Request::describe(api::Fields<Request>& f) {
  f.add("since_ms", &Request::since_ms, kSince).range(kLeastMs, kMostMs).optional();
  f.add("method", &Request::method, "Only calls of this method, such as `chat.send_message`. Empty: of all.")
      .length(0, ipc::kMaxMethod)
      .optional();
}

void Blame::Row::describe(api::Fields<Row>& f) {
  f.add("module", &Row::module, "Whose time it was.");
  f.add(
      "stage", &Row::stage,
      "Where in it: send, queue, handler, persist, backend, other (waiting for modules that left no record), reply, or "
      "unknown (there was no answer that would say).");
  f.add("owner", &Row::owner, kOwner);
  f.add("share", &Row::share, "Of all the time that front ends waited, 0 to 1.");
  f.add("count", &Row::count, "Calls of front ends that came by there.");
  f.add("p50_ms", &Row::p50_ms, "Time there in half of these calls at most, in milliseconds.");
  f.add("p99_ms", &Row::p99_ms, "Time there in 99 of 100 of them at most, in milliseconds.");
  f.add("trend", &Row::trend, "Against as long a time before.").one_of({"rising", "falling", "steady", "new"});
  f.add("trace", &Row::trace, "Trace id of the slowest of them, 32 hex digits.");
  f.add("verdict", &Row::verdict, "Why, in a word.")
      .one_of({"demand_rose", "slower", "starved", "blocked", "remote", "unanswered", "steady", "no_history"});
  f.add("why", &Row::why, "The same for people, with the figures that decided it.");
}

void Blame::Reply::describe(api::Fields<Reply>& f) {
  f.add("seconds", &Reply::seconds, "How long a time this is about.");
  f.add("calls", &Reply::calls, "Calls of front ends that ended in it; polls and bulk transfer are none.");
  f.add("waited_seconds", &Reply::waited_seconds, "Time that front ends waited for them, together.");
  f.add("rows", &Reply::rows, "The greatest share first.");
}

api::MethodInfo Blame::info() {
  return {.name = "blame", .summary = "Which module and which stage of it front ends wait for, and who owns it."};
}

void BlameResource::Request::describe(api::Fields<Request>& f) {
  f.add("resource", &Request::resource, "What is used.").one_of({"cpu", "memory", "network", "disk"});
  f.add("since_ms", &Request::since_ms, kSince).range(kLeastMs, kMostMs).optional();
}

void BlameResource::Row::describe(api::Fields<Row>& f) {
  f.add("module", &Row::module, "Who uses it.");
  f.add("owner", &Row::owner, kOwner);
  f.add("share", &Row::share, "Of what all modules use, 0 to 1.");
  f.add("value", &Row::value, "What it used in that time; of memory what it has now.");
  f.add("growth", &Row::growth, "Against as long a time before; of memory since the beginning of that time.");
  f.add("why", &Row::why, "The same for people.");
}

void BlameResource::Reply::describe(api::Fields<Reply>& f) {
  f.add("unit", &Reply::unit, "Of the values.").one_of({"seconds", "bytes"});
  f.add("total", &Reply::total, "Of all modules.");
  f.add("rows", &Reply::rows, "The greatest share first.");
}

api::MethodInfo BlameResource::info() {
  return {.name = "blame_resource", .summary = "Which module uses how much of the machine, and who owns it."};
}

}  // namespace status::gateway
