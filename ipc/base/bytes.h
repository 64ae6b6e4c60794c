// Byte strings and the text forms that the JSON side of the wire uses for them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace status {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

// Lower-case hex without a prefix. Any thread.
std::string to_hex(ByteView bytes);
// Accepts upper and lower case, with or without "0x". Empty on an odd length or a foreign character.
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4: standard alphabet, padded.
std::string to_base64(ByteView bytes);
// Empty on anything but padded standard base64.
std::optional<Bytes> from_base64(std::string_view text);

// Hashes, keys and ids: binary on the wire like Bytes, but "0x" and lower-case hex in JSON.
struct HexBytes {
  Bytes bytes;

  ByteView view() const { return bytes; }
  std::string text() const { return "0x" + to_hex(bytes); }
  friend bool operator==(const HexBytes&, const HexBytes&) = default;
  friend auto operator<=>(const HexBytes&, const HexBytes&) = default;
};

}  // namespace status
