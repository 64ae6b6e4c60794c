// JSON of front ends, TOML of operators, and control lines of modules. The first byte chooses.
#include "ipc/base/codec.h"
#include "ipc/control/control_line.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  if (size == 0) return 0;
  const std::string_view text = as_text(ByteView(data + 1, size - 1));
  switch (data[0] % 4) {
    case 0:
      if (const auto value = parse_json(text)) {
        const auto again = parse_json(to_json(*value));
        test::require(again && to_json(*again) == to_json(*value), "JSON that was read is written as itself");
      }
      break;
    case 1:
      static_cast<void>(parse_toml(text, "fuzz.toml"));
      break;
    case 2:
      static_cast<void>(ipc::control::decode_to_module(text));
      break;
    default:
      if (const auto message = ipc::control::decode_from_module(text)) {
        test::require(ipc::control::decode_from_module(ipc::control::encode(*message)).has_value(),
                      "a control line that was read is written as one that can be read");
      }
  }
  return 0;
}
