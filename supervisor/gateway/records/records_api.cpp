#include "supervisor/gateway/records/records_api.h"

namespace status::gateway {
namespace {

constexpr const char* kModule = "Name of the module.";

std::vector<api::ErrorInfo> errors() {
  return {{Code::not_found, "supervisor.unknown_module", "There is no module of that name."},
          {Code::unavailable, "supervisor.no_records", "The gateway was not told where the node's files are."}};
}

}  // namespace

void LogTail::Request::describe(api::Fields<Request>& f) {
  f.add("module", &Request::module, kModule).length(1, 32);
  f.add("lines", &Request::lines, "How many at most, the newest.").range(1, 500).optional();
}

void LogTail::Reply::describe(api::Fields<Reply>& f) {
  f.add("lines", &Reply::lines, "The oldest first: a map where the module wrote one, else a text.");
}

api::MethodInfo LogTail::info() {
  return {.name = "log_tail",
          .summary = "The end of a module's log, with ids, addresses and paths taken out.",
          .errors = errors()};
}

void Crashes::Request::describe(api::Fields<Request>& f) {
  f.add("module", &Request::module, kModule).length(1, 32);
  f.add("count", &Request::count, "How many at most, the newest.").range(1, 20).optional();
}

void Crashes::Reply::describe(api::Fields<Reply>& f) {
  f.add("records", &Reply::records, "The newest first: what is known about each death, stacks without names.");
}

api::MethodInfo Crashes::info() {
  return {.name = "crashes",
          .summary = "How a module died: cause, calls in flight, stacks, last lines; redacted as its log.",
          .errors = errors()};
}

void Settings::Reply::describe(api::Fields<Reply>& f) {
  f.add(
      "configuration", &Reply::configuration,
      "Backend, sandbox, restart policy, time-outs and limits as they are; texts of the module's own settings only by "
      "their length.");
}

api::MethodInfo Settings::info() {
  return {.name = "settings",
          .summary = "What a module runs with, without anything that may be secret.",
          .errors = {{Code::not_found, "supervisor.unknown_module", "There is no module of that name."},
                     {Code::unavailable, "supervisor.no_answer", "The supervisor did not answer."}}};
}

}  // namespace status::gateway
