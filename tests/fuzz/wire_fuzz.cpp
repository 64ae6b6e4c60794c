// Envelopes and MessagePack bodies, as any process that may connect can send them.
#include "ipc/base/codec.h"
#include "ipc/wire/envelope.h"
#include "tests/fuzz/fuzz.h"

namespace status {
namespace {

void read_request(ByteView message) {
  std::optional<std::uint32_t> id;
  const auto view = ipc::parse_request(message, id);
  if (!view) return;
  test::require(view->body_at <= message.size(), "the body begins inside the message");
  if (!view->patchable()) return;
  Bytes copy(message.begin(), message.end());
  ipc::patch_request(copy, *view, 7, 9, ipc::Credential{});
  const auto patched = ipc::parse_request(copy, id);
  test::require(patched && patched->header.deadline_ms == 7, "a patched request has its new deadline");
}

void read_body(ByteView message) {
  const auto value = decode_msgpack(message);
  if (!value) return;
  const auto again = decode_msgpack(encode_msgpack(*value));
  test::require(again && encode_msgpack(*again) == encode_msgpack(*value), "what was decoded encodes to itself");
}

}  // namespace
}  // namespace status

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const status::ByteView message(data, size);
  status::read_request(message);
  static_cast<void>(status::ipc::parse_response(message));
  status::read_body(message);
  return 0;
}
