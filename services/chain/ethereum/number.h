// Unsigned integers of 256 bits, as balances and storage are, and their text in JSON-RPC. Plain values, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/bytes.h"

namespace status::chain {

class U256 {
 public:
  U256() = default;
  U256(std::uint64_t value);

  // Big-endian. Empty for more than 32 bytes.
  static std::optional<U256> from_bytes(ByteView bytes);
  // "0x1f"; leading zeros are taken, though nobody should write them. Empty for anything else, and past 256 bits.
  static std::optional<U256> parse(std::string_view text);

  // Big-endian, 32 of them, and without leading zeros: what RLP has.
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }
  ByteView minimal() const;
  // "0x0", "0x1f".
  std::string text() const;
  std::optional<std::uint64_t> to_u64() const;
  bool is_zero() const { return minimal().empty(); }

  // Empty when it does not fit.
  std::optional<U256> plus(const U256& other) const;

  friend bool operator==(const U256&, const U256&) = default;
  friend auto operator<=>(const U256&, const U256&) = default;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// "0x1f"; empty as U256::parse, and past 64 bits.
std::optional<std::uint64_t> parse_u64(std::string_view text);
std::string quantity(std::uint64_t value);

}  // namespace status::chain
