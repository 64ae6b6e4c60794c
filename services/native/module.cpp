#include "services/native/module.h"

#include "services/native/service.h"

namespace status::native {
namespace {

// An event may be a message of 1 MiB, each byte of it a number in JSON.
constexpr std::size_t kEventBytes = 32U << 20U;

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  Result<Settings> settings = read_settings(context.config());
  if (!settings) return fail(std::move(settings.error()));
  auto service = std::make_unique<NativeService>(context, std::move(*settings));
  if (Status opened = service->open(); !opened) return fail(std::move(opened.error()));
  return service;
}

}  // namespace

host::ModuleDefinition module() {
  return {.interface = &interface, .make = make, .workers = 1, .event_bytes = kEventBytes, .foreign_output = true};
}

}  // namespace status::native
