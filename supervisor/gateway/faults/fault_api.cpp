#include "supervisor/gateway/faults/fault_api.h"

namespace status::gateway {
namespace {

const api::ErrorInfo kLocalOnly = {Code::permission_denied, "supervisor.local_only",
                                   "Only the local user's own token (run/token) may put faults into modules."};

}  // namespace

api::MethodInfo AddFault::info() {
  return {.name = "add_fault",
          .summary =
              "Puts a fault into a module, until it is cleared or the node ends; a module that restarts has it again.",
          .effect = api::Effect::write,
          .errors = {kLocalOnly,
                     {Code::failed_precondition, "supervisor.faults_not_allowed",
                      "The node was started without --allow-faults."},
                     {Code::not_found, "supervisor.unknown_module", "The method is of no module of this node."},
                     {Code::unavailable, "supervisor.not_running", "The module is not up: nothing was put in."},
                     {Code::invalid_argument, "host.unknown_method", "The module has no such method."},
                     {Code::resource_exhausted, "supervisor.too_many_faults", "A module has at most 64."}}};
}

void Faults::Reply::describe(api::Fields<Reply>& f) {
  f.add("allowed", &Reply::allowed, "Whether this node was started with --allow-faults.");
  f.add("faults", &Reply::faults, "Those that were put in, in that order.");
}

api::MethodInfo Faults::info() { return {.name = "faults", .summary = "The faults that were put into modules."}; }

void ClearFaults::Request::describe(api::Fields<Request>& f) { f.add("id", &Request::id, "Which; absent: all."); }

void ClearFaults::Reply::describe(api::Fields<Reply>& f) { f.add("cleared", &Reply::cleared, "How many there were."); }

api::MethodInfo ClearFaults::info() {
  return {.name = "clear_faults",
          .summary = "Ends faults; calls that hang in them go on.",
          .effect = api::Effect::write,
          .errors = {kLocalOnly, {Code::not_found, "supervisor.unknown_fault", "There is no fault of that number."}}};
}

}  // namespace status::gateway
