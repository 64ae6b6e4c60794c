// Reads MessagePack elements one after the other without building objects; the library stays in the .cpp file. Private
// to ipc/wire. One thread; views point into the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ipc/base/bytes.h"

namespace status::ipc {

// One scalar, or the shape of one container, as the visitor met it.
struct Element {
  enum class Kind : std::uint8_t { none, nil, boolean, uinteger, sinteger, floating, text, binary, array, map };
  Kind kind = Kind::none;
  std::uint64_t number = 0;
  std::string_view bytes;
};

class PrefixParser {
 public:
  explicit PrefixParser(ByteView message) : text_(as_text(message)) {}

  std::size_t offset() const { return offset_; }
  bool ok() const { return ok_; }

  // The head of an array or map; the cursor then stands at its first entry. False (and !ok) on anything else.
  bool array_of(std::uint32_t count) { return head(0x90, 0xdc) && count == entries_; }
  bool map(std::uint32_t& count) {
    if (!head(0x80, 0xde)) return false;
    count = entries_;
    return true;
  }

  // Containers are skipped over within the limits (limits.h); `kind` says what it was. Kind::none and !ok() on bytes
  // that are no element.
  Element next();

 private:
  // `fix` is the short form's tag, `wide` the 16-bit form's; the 32-bit forms cannot occur in a prefix.
  bool head(std::uint8_t fix, std::uint8_t wide);

  std::string_view text_;
  std::size_t offset_ = 0;
  std::uint32_t entries_ = 0;
  bool ok_ = true;
};

}  // namespace status::ipc
