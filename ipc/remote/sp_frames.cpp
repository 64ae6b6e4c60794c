#include "ipc/remote/sp_frames.h"

namespace status::remote {

Length to_length(std::uint64_t bytes) {
  Length length;
  for (auto byte = length.rbegin(); byte != length.rend(); ++byte, bytes >>= 8U) {
    *byte = static_cast<std::uint8_t>(bytes & 0xffU);
  }
  return length;
}

std::uint64_t from_length(const Length& length) {
  std::uint64_t bytes = 0;
  for (const std::uint8_t byte : length) bytes = bytes << 8U | byte;
  return bytes;
}

std::size_t hop_bytes(ByteView request) {
  // The last id, the sender's own, has its highest bit set.
  for (std::size_t at = 0; at < kMaxHops * 4 && at + 4 <= request.size(); at += 4) {
    if ((request[at] & 0x80U) != 0) return at + 4;
  }
  return 0;
}

}  // namespace status::remote
