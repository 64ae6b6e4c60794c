// What strangers can send to the chat module: payloads, frames of a peer, pasted introductions. The first byte chooses.
#include "services/chat/protocol/envelope.h"
#include "services/chat/protocol/frame.h"
#include "services/chat/protocol/introduction.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      if (const auto envelope = chat::parse_envelope(bytes)) {
        test::require(chat::parse_envelope(chat::encode_envelope(*envelope)).has_value(), "an envelope encodes to one");
      }
      break;
    case 1:
      if (const auto frame = chat::parse_frame(bytes)) {
        test::require(chat::parse_frame(chat::encode_frame(*frame)).has_value(), "a frame encodes to one");
      }
      break;
    default:
      static_cast<void>(chat::parse_introduction(as_text(bytes)));
  }
  return 0;
}
