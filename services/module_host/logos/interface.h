// What a Logos module says of itself (logos_module_get_methods), as an interface of ours. Immutable; any thread.
//
//   [{"name": "sendMessage", "description": "…", "returnType": "LogosResult",
//     "parameters": [{"name": "convoId", "type": "QString"}], "isInvokable": true},
//    {"type": "event", "name": "messageSent", "parameters": […]}]
//
// Names become snake case. A method answers with {result}, an event is a map of its parameters. Types are those of Qt
// or of LIDL, whichever the module's generator writes; one that is not known is anything.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/api/interface.h"
#include "ipc/base/result.h"

namespace status::module_host::logos {

// Of the schema of a `result`: success and failure are in the value ({"success", "value", "error"}) of this method.
inline constexpr const char* kOutcomeWord = "x-logos-result";

struct LogosMethod {
  std::string name;     // here
  std::string foreign;  // what the module calls it
  std::vector<std::string> parameters;
  Value params;  // the schemas of both
  Value result;
  bool outcome = false;  // its value says whether it succeeded
};

struct LogosEvent {
  std::string name;
  std::string foreign;
  std::vector<std::string> parameters;
  Value data;  // schema
};

struct LogosInterface {
  std::unique_ptr<const api::Interface> declared;
  std::vector<LogosMethod> methods;
  std::vector<LogosEvent> events;
};

// At most 256 entries. `version` is the module's own ("0.2.2"), empty where it says none: interface version 1.0 until it
// is at least 1. Error: FAILED_PRECONDITION `module_host.bad_description`, which says where.
Result<LogosInterface> read_methods(std::string_view json, const std::string& module, const std::string& version);

}  // namespace status::module_host::logos
