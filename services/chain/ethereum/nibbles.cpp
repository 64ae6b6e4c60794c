#include "services/chain/ethereum/nibbles.h"

#include "services/chain/ethereum/disproved.h"

namespace status::chain {
namespace {

constexpr std::uint8_t kOdd = 1;
constexpr std::uint8_t kLeaf = 2;

}  // namespace

Bytes nibbles_of(ByteView key) {
  Bytes nibbles;
  nibbles.reserve(2 * key.size());
  for (const std::uint8_t byte : key) {
    nibbles.push_back(byte >> 4U);
    nibbles.push_back(byte & 15U);
  }
  return nibbles;
}

Result<NodePath> decode_path(ByteView encoded) {
  if (encoded.empty()) return disproved("a node has an empty path");
  const Bytes all = nibbles_of(encoded);
  const std::uint8_t flags = all[0];
  const bool odd = (flags & kOdd) != 0;
  if (flags > (kOdd | kLeaf) || (!odd && all[1] != 0)) return disproved("a node has a path of no known kind");
  return NodePath{(flags & kLeaf) != 0, Bytes(all.begin() + (odd ? 1 : 2), all.end())};
}

Bytes encode_path(ByteView nibbles, bool is_leaf) {
  const bool odd = nibbles.size() % 2 != 0;
  const unsigned flags = (is_leaf ? kLeaf : 0U) | (odd ? kOdd : 0U);
  Bytes encoded{static_cast<std::uint8_t>(flags << 4U | (odd ? nibbles.front() : 0U))};
  for (std::size_t i = odd ? 1 : 0; i < nibbles.size(); i += 2) {
    encoded.push_back(static_cast<std::uint8_t>(nibbles[i] << 4U | nibbles[i + 1]));
  }
  return encoded;
}

}  // namespace status::chain
