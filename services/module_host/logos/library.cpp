#include "services/module_host/logos/library.h"

#include <cstring>

#include "ipc/base/words.h"
#include "ipc/wire/limits.h"

namespace status::module_host::logos {
namespace {

// Looks symbols up until one that must be there is missing.
class Symbols {
 public:
  explicit Symbols(const host::native::Library& library) : library_(library) {}

  template <class Pointer>
  void require(Pointer& into, const char* name) {
    if (missing_) return;
    const auto found = library_.get<std::remove_pointer_t<Pointer>>(name);
    if (found) {
      into = *found;
    } else {
      missing_ = found.error();
    }
  }
  template <class Pointer>
  void find(Pointer& into, const char* name) {
    into = library_.find_as<std::remove_pointer_t<Pointer>>(name);
  }
  const std::optional<Error>& missing() const { return missing_; }

 private:
  const host::native::Library& library_;
  std::optional<Error> missing_;
};

}  // namespace

bool LogosLibrary::is_one(const host::native::Library& library) { return library.has("logos_module_dispatch"); }

Result<LogosLibrary> LogosLibrary::resolve(const host::native::Library& library) {
  LogosLibrary found{};
  found.path = library.path();
  logos_module_get_protocol_version_fn version = nullptr;
  Symbols symbols(library);
  symbols.require(found.dispatch, "logos_module_dispatch");
  symbols.require(found.get_methods, "logos_module_get_methods");
  symbols.require(found.set_context, "logos_module_set_context");
  symbols.require(found.set_emit_callback, "logos_module_set_emit_callback");
  symbols.require(found.string_free, "logos_module_string_free");
  symbols.require(version, "logos_module_get_protocol_version");
  if (symbols.missing()) return fail(*symbols.missing());
  symbols.find(found.about_to_unload, "logos_module_about_to_unload");
  symbols.find(found.set_unload_done_callback, "logos_module_set_unload_done_callback");
  symbols.find(found.set_call_caller, "logos_module_set_call_caller");
  symbols.find(found.set_runtime_delegate, "logos_module_set_runtime_delegate");
  symbols.find(found.set_configuration, "logos_module_set_configuration");
  const char* const said = version();
  found.protocol = said == nullptr ? "" : std::string(said, ::strnlen(said, 32));
  if (found.protocol.starts_with("0.")) return found;
  return fail(Code::failed_precondition, "module_host.wrong_protocol",
              found.path + " was built with version " + in_quotes(found.protocol) +
                  " of logos-protocol, this host knows version 0: build it with one of that");
}

Result<std::optional<std::string>> LogosLibrary::take(char* text) const {
  if (text == nullptr) return std::optional<std::string>();
  const std::size_t size = ::strnlen(text, ipc::kMaxMessage + 1);
  std::optional<std::string> taken;
  if (size <= ipc::kMaxMessage) taken.emplace(text, size);
  string_free(text);
  if (taken) return taken;
  return fail(Code::internal, "module_host.too_large", "the library gave a text of more than 16 MiB");
}

}  // namespace status::module_host::logos
