// The functions of a library that keeps to services/host/native/status_module.h.
#pragma once

#include <string>

#include "ipc/base/result.h"
#include "services/host/native/library.h"
#include "services/host/native/status_module.h"

namespace status::module_host {

// Whose thread calls what is in status_module.h.
struct ModuleLibrary {
  // Errors: FAILED_PRECONDITION `native.no_symbol`, `module_host.wrong_abi`, which names both versions.
  static Result<ModuleLibrary> resolve(const host::native::Library& library);

  host::native::Library library;
  decltype(status_module_describe)* describe;
  decltype(status_module_start)* start;
  decltype(status_module_call)* call;
  decltype(status_module_stop)* stop;
  decltype(status_module_poll)* poll;      // null: there is none
  decltype(status_module_cancel)* cancel;  // null: there is none
};

}  // namespace status::module_host
