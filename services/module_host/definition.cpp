#include "services/module_host/definition.h"

#include "services/module_host/description.h"
#include "services/module_host/library_module.h"

namespace status::module_host {
namespace {

struct Loaded {
  ModuleLibrary library;
  std::unique_ptr<const api::Interface> interface;
};

}  // namespace

Result<host::ModuleDefinition> define(const ipc::control::Bootstrap& bootstrap) {
  const std::string path = bootstrap.config.string_or("library", "");
  if (path.empty()) {
    return fail(Code::failed_precondition, "module_host.no_setting",
                "`library` is missing in [settings] of the manifest of " + bootstrap.module +
                    ": the absolute path of the module's shared library");
  }
  Result<ModuleLibrary> library = ModuleLibrary::load(path);
  if (!library) return fail(std::move(library.error()));
  const char* const said = library->describe();
  Result<std::unique_ptr<const api::Interface>> interface =
      parse_description(said == nullptr ? "" : said, bootstrap.module);
  if (!interface) {
    interface.error().message = path + ": " + interface.error().message;
    return fail(std::move(interface.error()));
  }
  const auto loaded = std::make_shared<const Loaded>(Loaded{std::move(*library), std::move(*interface)});
  return host::ModuleDefinition{
      .interface = [loaded]() -> const api::Interface& { return *loaded->interface; },
      .make = [loaded](host::ModuleContext& context) -> Result<std::unique_ptr<host::Service>> {
        return std::make_unique<LibraryModule>(context, loaded->library, *loaded->interface);
      },
      .workers = 1,
      .foreign_output = true};
}

}  // namespace status::module_host
