#include "services/storage/content/merkle_tree.h"

#include <cstdlib>

namespace status::storage {
namespace {

enum class Key : std::uint8_t { none = 0, bottom = 1, odd = 2, odd_bottom = 3 };

Digest join(const Digest& left, const Digest& right, bool bottom, bool odd) {
  const Key key = odd ? (bottom ? Key::odd_bottom : Key::odd) : (bottom ? Key::bottom : Key::none);
  const auto byte = static_cast<std::uint8_t>(key);
  return sha256({left, right, ByteView(&byte, 1)});
}

std::vector<Digest> level_above(std::span<const Digest> level, bool bottom) {
  std::vector<Digest> above;
  above.reserve((level.size() + 1) / 2);
  for (std::size_t i = 0; i < level.size(); i += 2) {
    const bool odd = i + 1 == level.size();
    above.push_back(join(level[i], odd ? Digest{} : level[i + 1], bottom, odd));
  }
  return above;
}

}  // namespace

Digest merkle_root(std::span<const Digest> leaves) {
  if (leaves.empty()) std::abort();
  std::vector<Digest> level = level_above(leaves, true);
  while (level.size() > 1) level = level_above(level, false);
  return level.front();
}

MerkleProof merkle_proof(std::span<const Digest> leaves, std::uint64_t index) {
  if (index >= leaves.size()) std::abort();
  MerkleProof proof{.index = index, .leaves = leaves.size(), .path = {}};
  std::vector<Digest> level(leaves.begin(), leaves.end());
  for (std::uint64_t at = index; proof.path.empty() || level.size() > 1; at /= 2) {
    const std::uint64_t sibling = at ^ 1U;
    proof.path.push_back(sibling < level.size() ? level[sibling] : Digest{});
    level = level_above(level, proof.path.size() == 1);
  }
  return proof;
}

Digest root_of(const MerkleProof& proof, const Digest& leaf) {
  if (proof.index >= proof.leaves) return {};
  Digest node = leaf;
  std::uint64_t at = proof.index;
  std::uint64_t width = proof.leaves;
  bool bottom = true;
  for (const Digest& sibling : proof.path) {
    if (!bottom && width == 1) return {};  // above the root
    if (at % 2 == 1) {
      node = join(sibling, node, bottom, false);
    } else if (at + 1 == width) {
      if (sibling != Digest{}) return {};
      node = join(node, Digest{}, bottom, true);
    } else {
      node = join(node, sibling, bottom, false);
    }
    bottom = false;
    at /= 2;
    width = (width + 1) / 2;
  }
  return !bottom && width == 1 ? node : Digest{};
}

}  // namespace status::storage
