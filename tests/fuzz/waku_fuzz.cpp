// What a peer of the mesh can send: frames (the first byte is the type), and the messages inside them.
#include "services/waku/content_topic.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/message_codec.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  if (const auto frame = waku::mesh::decode_frame(data[0], bytes)) {
    constexpr std::size_t kHeader = 5;
    const Bytes encoded = waku::mesh::encode_frame(*frame);
    test::require(waku::mesh::decode_frame(data[0], ByteView(encoded).subspan(kHeader)).has_value(),
                  "a frame encodes to one");
  }
  if (const auto message = waku::decode_message(bytes, waku::kDefaultMaxMessageBytes)) {
    const auto again = waku::decode_message(waku::encode_message(*message), size * 2 + 64);
    test::require(again && again->payload == message->payload, "a message encodes to itself");
  }
  static_cast<void>(waku::parse_content_topic(as_text(bytes)));
  return 0;
}
