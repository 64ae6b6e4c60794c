#include "services/storage/content/base58.h"

#include <algorithm>

namespace status::storage {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// digits := digits × `from` + `more`, in base `to`, the least digit first.
void multiply_add(Bytes& digits, unsigned from, unsigned more, unsigned to) {
  unsigned carry = more;
  for (std::uint8_t& digit : digits) {
    carry += digit * from;
    digit = static_cast<std::uint8_t>(carry % to);
    carry /= to;
  }
  for (; carry > 0; carry /= to) digits.push_back(static_cast<std::uint8_t>(carry % to));
}

}  // namespace

std::string to_base58(ByteView bytes) {
  const auto zeroes = std::ranges::find_if(bytes, [](std::uint8_t byte) { return byte != 0; }) - bytes.begin();
  Bytes digits;
  for (const std::uint8_t byte : bytes) multiply_add(digits, 256, byte, 58);
  std::string text(static_cast<std::size_t>(zeroes), kAlphabet.front());
  std::transform(digits.rbegin(), digits.rend(), std::back_inserter(text), [](std::uint8_t d) { return kAlphabet[d]; });
  return text;
}

std::optional<Bytes> from_base58(std::string_view text) {
  const std::size_t zeroes = std::min(text.find_first_not_of(kAlphabet.front()), text.size());
  Bytes digits;
  for (const char letter : text) {
    const std::size_t value = kAlphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    multiply_add(digits, 58, static_cast<unsigned>(value), 256);
  }
  Bytes bytes(zeroes, 0);
  bytes.insert(bytes.end(), digits.rbegin(), digits.rend());
  return bytes;
}

}  // namespace status::storage
