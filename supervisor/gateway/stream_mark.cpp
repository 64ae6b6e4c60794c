#include "supervisor/gateway/stream_mark.h"

#include <algorithm>
#include <cstring>

namespace status::gateway {
namespace {

// As it lies in the memory of the ring. Host byte order: the file never leaves the host.
struct Packed {
  std::uint64_t generation;
  std::uint64_t seq;
  std::uint8_t module_size;
  std::uint8_t cursor_size;
  char module[32];
  char cursor[64];
};
static_assert(sizeof(Packed) <= ipc::EventRing::kMarkBytes);

template <std::size_t size>
std::uint8_t put(std::string_view text, char (&out)[size]) {
  const std::size_t count = std::min(text.size(), size);
  std::copy_n(text.data(), count, out);
  return static_cast<std::uint8_t>(count);
}

template <std::size_t size>
std::string get(const char (&in)[size], std::uint8_t count) {
  return {in, std::min<std::size_t>(count, size)};
}

}  // namespace

ipc::EventRing::Mark pack(std::size_t index, const StreamMark& mark) {
  Packed packed{};
  packed.generation = mark.generation;
  packed.seq = mark.seq;
  packed.module_size = put(mark.module, packed.module);
  packed.cursor_size = put(mark.cursor, packed.cursor);
  ipc::EventRing::Mark out{.index = index, .bytes = {}};
  std::memcpy(out.bytes.data(), &packed, sizeof(packed));
  return out;
}

StreamMark unpack(std::span<const std::uint8_t, ipc::EventRing::kMarkBytes> bytes) {
  Packed packed;
  std::memcpy(&packed, bytes.data(), sizeof(packed));
  return {.module = get(packed.module, packed.module_size),
          .cursor = get(packed.cursor, packed.cursor_size),
          .generation = packed.generation,
          .seq = packed.seq};
}

}  // namespace status::gateway
