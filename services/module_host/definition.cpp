#include "services/module_host/definition.h"

#include "services/module_host/description.h"
#include "services/module_host/library_module.h"
#include "services/module_host/logos/module.h"

namespace status::module_host {
namespace {

struct Loaded {
  ModuleLibrary library;
  std::unique_ptr<const api::Interface> interface;
};

host::ModuleDefinition definition_of(std::function<const api::Interface&()> interface,
                                     decltype(host::ModuleDefinition::make) make) {
  return {.interface = std::move(interface), .make = std::move(make), .workers = 1, .foreign_output = true};
}

Result<host::ModuleDefinition> define_logos(const host::native::Library& library,
                                            const ipc::control::Bootstrap& bootstrap) {
  const auto opened = logos::LoadedModule::open(library, bootstrap);
  if (!opened) return fail(opened.error());
  return definition_of([loaded = *opened]() -> const api::Interface& { return *loaded->interface.declared; },
                       [loaded = *opened](host::ModuleContext& context) -> Result<std::unique_ptr<host::Service>> {
                         return std::make_unique<logos::LogosModule>(context, *loaded);
                       });
}

// The loader's words, and what is behind those that nobody can know.
Error not_loaded(Error error) {
  if (error.message.find("undefined symbol: lp_") != std::string::npos) {
    error.message +=
        ": a Logos module that leaves its calls to the host's own runtime; this host gives it a runtime delegate, so "
        "build it with its runtime inside";
  }
  return error;
}

}  // namespace

Result<host::ModuleDefinition> define(const ipc::control::Bootstrap& bootstrap) {
  const std::string path = bootstrap.config.string_or("library", "");
  if (path.empty()) {
    return fail(Code::failed_precondition, "module_host.no_setting",
                "`library` is missing in [settings] of the manifest of " + bootstrap.module +
                    ": the absolute path of the module's shared library");
  }
  const auto file = host::native::Library::load(path);
  if (!file) return fail(not_loaded(file.error()));
  if (logos::LogosLibrary::is_one(*file)) return define_logos(*file, bootstrap);
  Result<ModuleLibrary> library = ModuleLibrary::resolve(*file);
  if (!library) return fail(std::move(library.error()));
  const char* const said = library->describe();
  Result<std::unique_ptr<const api::Interface>> interface =
      parse_description(said == nullptr ? "" : said, bootstrap.module);
  if (!interface) {
    interface.error().message = path + ": " + interface.error().message;
    return fail(std::move(interface.error()));
  }
  const auto loaded = std::make_shared<const Loaded>(Loaded{std::move(*library), std::move(*interface)});
  return definition_of([loaded]() -> const api::Interface& { return *loaded->interface; },
                       [loaded](host::ModuleContext& context) -> Result<std::unique_ptr<host::Service>> {
                         return std::make_unique<LibraryModule>(context, loaded->library, *loaded->interface);
                       });
}

}  // namespace status::module_host
