#include "services/module_host/module_library.h"

namespace status::module_host {

Result<ModuleLibrary> ModuleLibrary::resolve(const host::native::Library& library) {
  const auto abi = library.get<decltype(status_module_abi)>("status_module_abi");
  if (!abi) return fail(abi.error());
  if (const std::uint32_t version = (*abi)(); version != STATUS_MODULE_ABI) {
    return fail(Code::failed_precondition, "module_host.wrong_abi",
                library.path() + " was compiled with version " + std::to_string(version) +
                    " of status_module.h, this host has version " + std::to_string(STATUS_MODULE_ABI) +
                    ": compile it with the header of this version");
  }
  const auto describe = library.get<decltype(status_module_describe)>("status_module_describe");
  if (!describe) return fail(describe.error());
  const auto start = library.get<decltype(status_module_start)>("status_module_start");
  if (!start) return fail(start.error());
  const auto call = library.get<decltype(status_module_call)>("status_module_call");
  if (!call) return fail(call.error());
  const auto stop = library.get<decltype(status_module_stop)>("status_module_stop");
  if (!stop) return fail(stop.error());
  return ModuleLibrary{.library = library,
                       .describe = *describe,
                       .start = *start,
                       .call = *call,
                       .stop = *stop,
                       .poll = library.find_as<decltype(status_module_poll)>("status_module_poll"),
                       .cancel = library.find_as<decltype(status_module_cancel)>("status_module_cancel")};
}

}  // namespace status::module_host
