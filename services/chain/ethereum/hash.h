// Keccak-256, and the fixed byte strings of Ethereum. Plain values, any thread.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "ipc/base/bytes.h"

namespace status::chain {

using Hash = std::array<std::uint8_t, 32>;
using Address = std::array<std::uint8_t, 20>;
using Bloom = std::array<std::uint8_t, 256>;

Hash keccak256(ByteView bytes);

// Of the empty byte string, of a trie without entries, and of an empty list of uncles.
const Hash& empty_code_hash();
const Hash& empty_trie_root();
const Hash& empty_list_hash();

// "0x" and lower-case hex.
template <std::size_t size>
std::string to_text(const std::array<std::uint8_t, size>& bytes) {
  return "0x" + to_hex(bytes);
}

// Empty unless there are exactly as many bytes.
template <class Array>
std::optional<Array> to_array(ByteView bytes) {
  Array array;
  if (bytes.size() != array.size()) return {};
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

}  // namespace status::chain
