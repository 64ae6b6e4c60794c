#include "supervisor/gateway/api.h"

#include "supervisor/gateway/blame/blame_api.h"
#include "supervisor/gateway/blame/flight_api.h"
#include "supervisor/gateway/blame/top_api.h"
#include "supervisor/gateway/config_api.h"
#include "supervisor/gateway/custody/custody_api.h"
#include "supervisor/gateway/faults/fault_api.h"
#include "supervisor/gateway/records/records_api.h"
#include "supervisor/gateway/token_api.h"
#include "supervisor/gateway/upgrade_api.h"

namespace status::gateway {
namespace {

const std::vector<std::string> kStates = {"stopped",  "starting", "ready",  "degraded",
                                          "draining", "backoff",  "failed", "paused"};

const api::ErrorInfo kUnknownModule = {Code::not_found, "supervisor.unknown_module",
                                       "There is no module of that name; details name those that there are."};

std::vector<api::ErrorInfo> command_errors() {
  return {kUnknownModule,
          {Code::failed_precondition, "supervisor.wrong_state", "The module cannot do that in its state."},
          {Code::unavailable, "supervisor.no_answer", "The supervisor did not answer."}};
}

}  // namespace

void ExitInfo::describe(api::Fields<ExitInfo>& f) {
  f.add("generation", &ExitInfo::generation, "The incarnation that ended.");
  f.add("cause", &ExitInfo::cause, "For people: `exit 78`, `signal 9 (SIGKILL)`.");
  f.add("time_ms", &ExitInfo::time_ms, "When, in Unix milliseconds.");
  f.add("uptime_ms", &ExitInfo::uptime_ms, "How long it had run.");
  f.add("asked", &ExitInfo::asked, "It had been told to stop.");
}

void ModuleInfo::describe(api::Fields<ModuleInfo>& f) {
  f.add("name", &ModuleInfo::name, "Name of the module.");
  f.add("state", &ModuleInfo::state, "Where it is in its life.").one_of(kStates);
  f.add("why", &ModuleInfo::why, "Cause of the state, for people; empty when there is nothing to say.");
  f.add("locked", &ModuleInfo::locked, "It waits for the key of its database; only `_sys.*` methods work.");
  f.add("generation", &ModuleInfo::generation, "Number of its incarnation, never used twice.");
  f.add("pid", &ModuleInfo::pid, "Process id; 0: there is no process.");
  f.add("started_ms", &ModuleInfo::started_ms, "Start of the process in Unix milliseconds; 0: never.");
  f.add("ready_ms", &ModuleInfo::ready_ms, "When it became ready, in Unix milliseconds; 0: it is not.");
  f.add("uptime_seconds", &ModuleInfo::uptime_seconds, "Age of the process; 0 without one.");
  f.add("restarts", &ModuleInfo::restarts, "Starts after the first since the node started.");
  f.add("rss_bytes", &ModuleInfo::rss_bytes, "Resident memory.");
  f.add("anonymous_bytes", &ModuleInfo::anonymous_bytes, "Of it, what belongs to this process alone.");
  f.add("memory_limit_bytes", &ModuleInfo::memory_limit_bytes,
        "With more anonymous memory than this it is restarted; 0: no limit.");
  f.add("sandbox", &ModuleInfo::sandbox, "The profile that its manifest asks for.")
      .one_of({"none", "local", "network"});
  f.add("sandbox_level", &ModuleInfo::sandbox_level,
        "What it is held by: 0 nothing, 1 system calls are filtered, 2 its files are restricted, too.");
  f.add("unprotected", &ModuleInfo::unprotected, "What it should be held by and is not, for people.");
  f.add("ungranted", &ModuleInfo::ungranted,
        "Modules that its manifest requires and that nobody has granted to it: it may not call them.");
  f.add("owner", &ModuleInfo::owner, "The team that answers for it.");
  f.add("backend", &ModuleInfo::backend, "Which backend it runs on; empty when it has none.");
  f.add("interface", &ModuleInfo::interface, "Version of its interface: `major.minor`.");
  f.add("requires", &ModuleInfo::requires_, "The modules that it calls.");
  f.add("last_exit", &ModuleInfo::last_exit, "How the incarnation before this one ended.");
  f.add("next_attempt_ms", &ModuleInfo::next_attempt_ms, "Planned start in Unix milliseconds; 0: none.");
}

void ModuleName::describe(api::Fields<ModuleName>& f) {
  f.add("module", &ModuleName::module, "Name of the module.").length(1, 32);
}

void Hello::Module::describe(api::Fields<Module>& f) {
  f.add("name", &Module::name, "Name of the module.");
  f.add("state", &Module::state, "Where it is in its life.").one_of(kStates);
  f.add("locked", &Module::locked, "It waits for the key of its database.");
  f.add("generation", &Module::generation, "Number of its incarnation.");
  f.add("interface", &Module::interface, "Version of its interface: `major.minor`.");
}

void Hello::Remote::describe(api::Fields<Remote>& f) {
  f.add("url", &Remote::url, "Where it is: `tls+tcp://address:port`; empty when it is not open.");
  f.add(
      "fingerprint", &Remote::fingerprint,
      "Of the node's key, which clients pin: SHA-256 of its SubjectPublicKeyInfo, 64 hex digits; empty when it is not "
      "open.");
  f.add("problem", &Remote::problem,
        "Why it is not open though the configuration has one (`remote.listen`), for people.");
}

void Hello::Reply::describe(api::Fields<Reply>& f) {
  f.add("version", &Reply::version, "Version of the node.");
  f.add("protocol", &Reply::protocol, "Version of the wire protocol.");
  f.add("boot_id", &Reply::boot_id, "Random at each start of the supervisor: 32 hex digits.");
  f.add("metrics_url", &Reply::metrics_url, "Where Prometheus finds the metrics; empty when they are not served.");
  f.add("remote", &Reply::remote, "The door for front ends on other machines.");
  f.add("modules", &Reply::modules, "All modules, by name.");
}

api::MethodInfo Hello::info() {
  return {.name = "hello", .summary = "Versions of the node and of its modules, and the id of this run."};
}

void ListModules::Reply::describe(api::Fields<Reply>& f) { f.add("modules", &Reply::modules, "By name."); }

api::MethodInfo ListModules::info() { return {.name = "modules", .summary = "All modules with their states."}; }

void OneModule::Request::describe(api::Fields<Request>& f) {
  f.add("name", &Request::name, "Name of the module.").length(1, 32);
}

api::MethodInfo OneModule::info() {
  return {.name = "module", .summary = "One module with its state.", .errors = {kUnknownModule}};
}

api::MethodInfo Start::info() {
  return {.name = "start",
          .summary = "Starts a module that was stopped or has failed, and remembers that it is wanted.",
          .effect = api::Effect::write,
          .errors = command_errors()};
}

api::MethodInfo Stop::info() {
  return {.name = "stop",
          .summary = "Stops a module, and remembers that it is not wanted.",
          .effect = api::Effect::write,
          .errors = command_errors()};
}

api::MethodInfo Restart::info() {
  return {.name = "restart",
          .summary = "Replaces a module's process by a new one.",
          .effect = api::Effect::write,
          .errors = command_errors()};
}

api::MethodInfo Pause::info() {
  return {.name = "pause",
          .summary =
              "Freezes a module's process until it is resumed, stopped or restarted. Calls are refused "
              "meanwhile. Unlike a process that somebody else has stopped it is not taken for hung.",
          .effect = api::Effect::write,
          .errors = command_errors()};
}

api::MethodInfo Resume::info() {
  return {.name = "resume",
          .summary = "Lets a module that was paused go on.",
          .effect = api::Effect::write,
          .errors = command_errors()};
}

void Describe::Request::describe(api::Fields<Request>& f) {
  f.add("module", &Request::module, "Only this one.").length(1, 32);
}

void Describe::Document::describe(api::Fields<Document>& f) {
  f.add("module", &Document::module, "Name of the module.");
  f.add("document", &Document::document, "Its interface as an OpenRPC document; null when it could not be had.");
  f.add("error", &Document::error, "Why not; else empty.");
}

void Describe::Reply::describe(api::Fields<Reply>& f) {
  f.add("modules", &Reply::modules, "By name; `supervisor` is one of them.");
}

api::MethodInfo Describe::info() {
  return {
      .name = "describe",
      .summary = "The interfaces of one or of all modules that run.",
      .errors = {kUnknownModule,
                 {Code::unavailable, "supervisor.not_running", "The module does not run; its state is in details."}}};
}

void ModuleStateEvent::describe(api::Fields<ModuleStateEvent>& f) {
  f.add("module", &ModuleStateEvent::module, "Name of the module.");
  f.add("from", &ModuleStateEvent::from, "The state before.").one_of(kStates);
  f.add("to", &ModuleStateEvent::to, "The state now.").one_of(kStates);
  f.add("cause", &ModuleStateEvent::cause, "For people.");
  f.add("pid", &ModuleStateEvent::pid, "Process id; 0: there is no process.");
  f.add("next_attempt_ms", &ModuleStateEvent::next_attempt_ms, "Planned start in Unix milliseconds; 0: none.");
}

void ModuleLockedEvent::describe(api::Fields<ModuleLockedEvent>& f) {
  f.add("module", &ModuleLockedEvent::module, "Name of the module.");
  f.add("locked", &ModuleLockedEvent::locked, "It waits for the key of its database.");
}

void EventsLostEvent::describe(api::Fields<EventsLostEvent>& f) {
  f.add("count", &EventsLostEvent::count, "Events of the supervisor that were dropped while no gateway took them.");
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("supervisor", api_version(nullptr), "The node and its modules",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Hello>()
          .method<ListModules>()
          .method<OneModule>()
          .method<Start>()
          .method<Stop>()
          .method<Restart>()
          .method<Pause>()
          .method<Resume>()
          .method<Describe>()
          .method<ConfigDiff>()
          .method<ConfigApply>()
          .method<Upgrade>()
          .method<CreateToken>()
          .method<RevokeToken>()
          .method<ListTokens>()
          .method<AddFault>()
          .method<Faults>()
          .method<ClearFaults>()
          .method<Blame>()
          .method<BlameResource>()
          .method<Flight>()
          .method<Top>()
          .method<FindMessage>()
          .method<Custody>()
          .method<LogTail>()
          .method<Crashes>()
          .method<Settings>()
          .event<ModuleStateEvent>("module_state", "A module went from one state to another.")
          .event<ModuleLockedEvent>("module_locked", "A module waits for its key, or has got it.")
          .event<MessagesOverdueEvent>("messages_overdue",
                                       "Messages have stood at one module for more than 30 seconds, or do no more.")
          .event<EventsLostEvent>("events_lost", "More happened than could be kept while the gateway was away.")
          .stream(
              "events",
              "The events of the supervisor and of all modules, in one order. Where events of a module were lost, or "
              "its stream began anew, `<module>.reset {reason, lost}` says so: read its state again.");
  return declared;
}

}  // namespace status::gateway
