// Unsigned integers ⇄ big-endian bytes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "ipc/base/bytes.h"

namespace status::waku {

template <std::unsigned_integral T>
std::array<std::uint8_t, sizeof(T)> big_endian(T value) {
  std::array<std::uint8_t, sizeof(T)> out;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  }
  return out;
}

// Reads the first sizeof(T) bytes; the caller has checked that they are there.
template <std::unsigned_integral T>
T from_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | bytes[i];
  return static_cast<T>(value);
}

}  // namespace status::waku
