// The library as a backend of the module: a client to waku_native, which the manifest requires where it is chosen.
#include "services/waku/backends.h"
#include "services/waku/native/native_backend.h"

namespace status::waku {

Result<std::unique_ptr<Backend>> make_native(host::ModuleContext& context, store::Database& /*database*/,
                                             const Value& settings) {
  Result<native::Settings> read = native::parse_settings(settings);
  if (!read) return fail(std::move(read.error()));
  const Result<ipc::Client*> client = context.client("waku_native");
  if (!client) return fail(client.error());
  const auto health = [&context](const std::string& about, const std::optional<std::string>& why) {
    why ? context.degraded(about, *why) : context.recovered(about);
  };
  return std::make_unique<native::NativeBackend>(
      native::NativeBackend::Parts{std::move(*read), **client, context.clock(), health});
}

}  // namespace status::waku
