#include "supervisor/gateway/custody/custody_api.h"

#include "metrics/custody.h"

namespace status::gateway {
namespace {

constexpr const char* kStep = "What was done last: `accepted`, `encrypted`, `handed_to_waku`, `propagated`, `stored` …";

}  // namespace

void FindMessage::Request::describe(api::Fields<Request>& f) {
  f.add("name", &Request::name,
        "The message's `message_id` of chat, its `message_hash` of the network, or the trace of its delivery; hex "
        "digits, "
        "with or without `0x`.")
      .length(1, 66);
}

void FindMessage::Stop::describe(api::Fields<Stop>& f) {
  f.add("step", &Stop::step, "What was done.");
  f.add("module", &Stop::module, "Which module did it, and recorded it.");
  f.add("generation", &Stop::generation, "Incarnation of that module.");
  f.add("time_ms", &Stop::time_ms, "When, in Unix milliseconds.");
  f.add("after_us", &Stop::after_us, "How long after the step before, in microseconds.");
}

void FindMessage::Reply::describe(api::Fields<Reply>& f) {
  f.add("id", &Reply::id, "Chat's `message_id`; empty: it has none, or none that is known here.");
  f.add("hashes", &Reply::hashes, "The network's `message_hash`, the newest last: each time that it is sent has one.");
  f.add("delivery_trace", &Reply::delivery_trace, "Trace of the newest delivery: the first half of its hash.");
  f.add("call_trace", &Reply::call_trace, "Trace of the call that brought the message. Empty: of none.");
  f.add("stops", &Reply::stops, "The way that it has come, in the order of time.");
  f.add("standing", &Reply::standing, "Where it is now.")
      .one_of({"here", "overdue", "away", "delivered", "given_up", "refused"});
  f.add("holder", &Reply::holder, "The module that has to go on with it. Empty: none of this node.");
  f.add("owner", &Reply::owner, "Who owns that module.");
  f.add("for_ms", &Reply::for_ms, "How long it has been there.");
  f.add("slowest", &Reply::slowest, "The step that took the longest to come.");
  f.add("why", &Reply::why, "The same for people.");
}

api::MethodInfo FindMessage::info() {
  return {
      .name = "find_message",
      .summary =
          "The way that a message has come in this node, and which module has it. Kept from the start of the gateway "
          "on: of messages that are over for the newest 2,000. Never what is in them.",
      .errors = {{Code::invalid_argument, "supervisor.bad_message_name",
                  "`name` is no message_id, no message_hash and no trace."},
                 {Code::not_found, "supervisor.unknown_message", "No module has recorded that message lately."}}};
}

void Custody::Passed::describe(api::Fields<Passed>& f) {
  f.add("step", &Passed::step, "What was done.");
  f.add("messages", &Passed::messages, "With how many messages, since the gateway started.");
}

void Custody::Standing::describe(api::Fields<Standing>& f) {
  f.add("module", &Standing::module, "The module that has to go on.");
  f.add("owner", &Standing::owner, "Who owns it.");
  f.add("step", &Standing::step, kStep);
  f.add("messages", &Standing::messages, "How many messages stand there.");
  f.add("overdue", &Standing::overdue, "Of them, for more than 30 seconds.");
  f.add("oldest_ms", &Standing::oldest_ms, "How long the oldest has been there, in milliseconds.");
  f.add("oldest", &Standing::oldest, "Name of the oldest, for `find_message`.");
}

void Custody::Reply::describe(api::Fields<Reply>& f) {
  f.add("passed", &Reply::passed, "How many messages have come through each step.");
  f.add("standings", &Reply::standings, "Those that a module has to go on with, by module and step.");
  f.add("away", &Reply::away, "Messages that other nodes store, and whose peer has not said that it has them.");
  f.add("lost_records", &Reply::lost_records,
        "Steps that were overwritten before they were read; 0 unless far too many.");
}

api::MethodInfo Custody::info() {
  return {.name = "custody", .summary = "Who has the messages that have not arrived yet, and since when."};
}

void MessagesOverdueEvent::describe(api::Fields<MessagesOverdueEvent>& f) {
  f.add("module", &MessagesOverdueEvent::module, "The module that has to go on.");
  f.add("owner", &MessagesOverdueEvent::owner, "Who owns it.");
  f.add("step", &MessagesOverdueEvent::step, kStep);
  f.add("messages", &MessagesOverdueEvent::messages,
        "How many have stood there for more than 30 seconds; 0: none any more.");
  f.add("oldest", &MessagesOverdueEvent::oldest, "Name of the oldest, for `find_message`. Empty when there is none.");
}

}  // namespace status::gateway
