// Calls between Logos modules and ours: positions and {"_bytes"} on one side, names and MessagePack on the other. Any
// thread; pure.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/module_host/logos/interface.h"

namespace status::module_host::logos {

// --- into the module ---

// Parameters as its arguments: a JSON array. Errors: INVALID_ARGUMENT (schema_check.h), and those of broken MessagePack.
Result<std::string> arguments_of(const LogosMethod& method, ByteView params);
// Who calls, as a module may ask: a module, or an operator by the name of the front end ("local": the user's own).
std::string caller_document(const std::string& principal);
// What it gave for a call, as the result of ours. Errors, `module` being its name: INTERNAL (`module_host.bad_json`,
// `ipc.invalid_result`), UNIMPLEMENTED (`<module>.unknown_method`), INVALID_ARGUMENT (`<module>.invalid_args`,
// `<module>.dispatch_failed`), FAILED_PRECONDITION `<module>.refused` with the module's own words.
Result<Value> read_result(const LogosMethod& method, std::string_view json, const std::string& module);
// The data of an event of its. Errors: those of a result that is wrong.
Result<Value> read_event(const LogosEvent& event, std::string_view json);

// --- out of it; `document` is the OpenRPC document of the module that is called ---

// `arguments`: a JSON array, by position. Errors: UNIMPLEMENTED `ipc.unknown_method`, INVALID_ARGUMENT
// `ipc.invalid_params`.
struct ForeignCall {
  std::string method;  // whole
  Bytes params;
  bool outcome = false;  // its caller wants to hear of success and failure in the value
};
Result<ForeignCall> make_call(const Value& document, const std::string& target, const std::string& method,
                              std::string_view arguments);
// What came back, as JSON: of a result that is but {result} what is in it.
std::string result_text(const ForeignCall& call, const Value& result);
// {"code", "message", "origin"}.
std::string error_text(const Error& error, const std::string& target);
// An error that is the outcome of such a call: {"success": false, …}. Empty: it is none.
std::string refused_text(const ForeignCall& call, const Error& error, const std::string& target);
// The data of one event as a JSON array, in the order that the document declares, which may be null: then as it came.
std::string event_text(const Value& document, const std::string& topic, const Value& data);

}  // namespace status::module_host::logos
