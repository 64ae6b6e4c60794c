// Fixed layouts, big-endian: the writer and the bounds-checked reader that the formats of PROTOCOL.md are written with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ipc/base/bytes.h"

namespace status::chat {

// Appends to a byte container. One thread.
template <class Buffer>
class ByteWriter {
 public:
  explicit ByteWriter(Buffer& out) : out_(out) {}
  ByteWriter& u8(std::uint8_t value) { return number(value, 1); }
  ByteWriter& u16(std::uint16_t value) { return number(value, 2); }
  ByteWriter& u32(std::uint32_t value) { return number(value, 4); }
  ByteWriter& u64(std::uint64_t value) { return number(value, 8); }
  ByteWriter& bytes(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }

 private:
  ByteWriter& number(std::uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      out_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
  }
  Buffer& out_;
};

// Reads from untrusted bytes. Past the end every read gives zeroes and `ok` turns false for good, so that a decoder
// checks once, before it uses anything that it has read. One thread; the bytes outlive the views.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  // Empty when fewer bytes are left.
  ByteView bytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const ByteView out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  // An array type such as PublicKey.
  template <class Array>
  Array array() {
    Array out{};
    const ByteView from = bytes(out.size());
    for (std::size_t i = 0; i < from.size(); ++i) out[i] = from[i];
    return out;
  }
  ByteView rest() { return bytes(rest_.size()); }
  std::size_t left() const { return rest_.size(); }
  bool ok() const { return ok_; }
  // Everything was there and nothing is left over.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (std::uint8_t byte : bytes(size)) value = value << 8 | byte;
    return value;
  }
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace status::chat
