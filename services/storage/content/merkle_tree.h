// The tree over the blocks of a dataset. A node is SHA-256(left ‖ right ‖ key): the key byte says whether the children
// are leaves and whether the right one is missing, which then is 32 zero bytes; so a node is never taken for a leaf,
// nor what is missing for what is there. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "services/storage/content/cid.h"

namespace status::storage {

// That a leaf is in a tree: its siblings from the bottom up, with zeroes for one that is missing.
struct MerkleProof {
  std::uint64_t index = 0;
  std::uint64_t leaves = 0;  // of the tree
  std::vector<Digest> path;
};

// A tree has at least one leaf, and a level above it even then: the caller sees to it (an empty span aborts).
Digest merkle_root(std::span<const Digest> leaves);
// `index` is that of a leaf.
MerkleProof merkle_proof(std::span<const Digest> leaves, std::uint64_t index);

// The root of the tree that has this leaf at that place; zeroes for a proof that cannot be one (its index or its path
// does not fit its number of leaves), which no tree has.
Digest root_of(const MerkleProof& proof, const Digest& leaf);

inline Cid tree_cid(std::span<const Digest> leaves) { return {Codec::root, merkle_root(leaves)}; }

}  // namespace status::storage
