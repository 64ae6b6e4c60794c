#include "services/chain/ethereum/number.h"

#include <algorithm>

namespace status::chain {

U256::U256(std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) bytes_[31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::optional<U256> U256::from_bytes(ByteView bytes) {
  U256 number;
  if (bytes.size() > number.bytes_.size()) return {};
  std::copy_backward(bytes.begin(), bytes.end(), number.bytes_.end());
  return number;
}

std::optional<U256> U256::parse(std::string_view text) {
  if (text.size() < 3 || text.size() > 66 || !text.starts_with("0x")) return {};
  std::string digits(text.substr(2));
  if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
  const std::optional<Bytes> bytes = from_hex("0x" + digits);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

ByteView U256::minimal() const {
  const auto first = std::find_if(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte != 0; });
  return {first, bytes_.end()};
}

std::string U256::text() const {
  const ByteView digits = minimal();
  if (digits.empty()) return "0x0";
  std::string hex = to_hex(digits);
  if (hex.front() == '0') hex.erase(0, 1);
  return "0x" + hex;
}

std::optional<std::uint64_t> U256::to_u64() const {
  const ByteView digits = minimal();
  if (digits.size() > 8) return {};
  std::uint64_t value = 0;
  for (const std::uint8_t byte : digits) value = value << 8U | byte;
  return value;
}

std::optional<U256> U256::plus(const U256& other) const {
  U256 sum;
  unsigned carry = 0;
  for (std::size_t i = bytes_.size(); i-- > 0;) {
    carry += unsigned{bytes_[i]} + other.bytes_[i];
    sum.bytes_[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8U;
  }
  if (carry != 0) return {};
  return sum;
}

std::optional<std::uint64_t> parse_u64(std::string_view text) {
  const std::optional<U256> number = U256::parse(text);
  return number ? number->to_u64() : std::nullopt;
}

std::string quantity(std::uint64_t value) { return U256(value).text(); }

}  // namespace status::chain
