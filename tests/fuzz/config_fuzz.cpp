// What operators and authors of modules write: manifests, node.toml and --set. The first byte chooses.
#include "ipc/base/codec.h"
#include "supervisor/tree/configuration.h"
#include "supervisor/tree/manifest.h"
#include "tests/fuzz/fuzz.h"

namespace status::supervisor {
namespace {

void read_manifest(std::string_view text) {
  const auto document = parse_toml(text, "module.toml");
  if (!document) return;
  const auto manifest = parse_manifest(*document, "module.toml");
  if (!manifest) {
    test::require(manifest.error().message.starts_with("module.toml"), "an error names the file");
    return;
  }
  test::require(is_module_name(manifest->name), "a module has a name that is one");
  test::require(manifest->restart.budget <= RestartPolicy::kMaxBudget, "the budget has its limit");
}

void read_configuration(const Value& document) {
  const std::vector<std::string> modules = {"keys", "waku", "chat"};
  const auto configuration = parse_configuration(document, "node.toml", modules);
  if (!configuration) return;
  const Manifest waku{.name = "waku", .settings = Value::Map()};
  static_cast<void>(configuration->settings_of(waku));
  test::require(configuration->restart_of(waku).budget <= RestartPolicy::kMaxBudget, "the budget has its limit");
}

}  // namespace
}  // namespace status::supervisor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  if (size == 0) return 0;
  const std::string_view text = as_text(ByteView(data + 1, size - 1));
  switch (data[0] % 3) {
    case 0:
      supervisor::read_manifest(text);
      break;
    case 1:
      if (const auto document = parse_toml(text, "node.toml")) supervisor::read_configuration(*document);
      break;
    default: {
      Value document = Value::Map();
      if (supervisor::apply_override(document, text)) supervisor::read_configuration(document);
    }
  }
  return 0;
}
