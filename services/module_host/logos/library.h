// The functions of a native Logos module (abi.h). What its makers' host requires of every version is required here;
// what came later may be missing.
#pragma once

#include <optional>
#include <string>

#include "ipc/base/result.h"
#include "services/host/native/library.h"
#include "services/module_host/logos/abi.h"

namespace status::module_host::logos {

// One thread calls all of them, always the same: generated code keeps its context in variables of the thread.
struct LogosLibrary {
  // Whether it is one: by its symbols.
  static bool is_one(const host::native::Library& library);
  // Calls get_protocol_version. Errors: FAILED_PRECONDITION `native.no_symbol`, `module_host.wrong_protocol` (another
  // major version than 0, or none).
  static Result<LogosLibrary> resolve(const host::native::Library& library);

  // What a function returned, taken over and given back to the library. Empty: null. Error: INTERNAL
  // `module_host.too_large` (a text of more than 16 MiB).
  Result<std::optional<std::string>> take(char* text) const;

  std::string path;
  std::string protocol;  // the version that it was built with
  logos_module_dispatch_fn dispatch;
  logos_module_get_methods_fn get_methods;
  logos_module_set_context_fn set_context;
  logos_module_set_emit_callback_fn set_emit_callback;
  logos_module_string_free_fn string_free;
  // Null: there is none.
  logos_module_about_to_unload_fn about_to_unload;
  logos_module_set_unload_done_callback_fn set_unload_done_callback;
  logos_module_set_call_caller_fn set_call_caller;
  logos_module_set_runtime_delegate_fn set_runtime_delegate;
  logos_module_set_configuration_fn set_configuration;
};

}  // namespace status::module_host::logos
