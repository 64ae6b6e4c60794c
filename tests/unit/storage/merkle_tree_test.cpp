#include "services/storage/content/merkle_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ipc/base/random.h"
#include "services/storage/content/blocks.h"
#include "tests/unit/storage/fixture.h"

namespace status::storage {
namespace {

std::vector<Digest> leaves_of(ByteView data) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < block_count(data.size()); ++i) {
    leaves.push_back(block_digest(data.subspan(i * kBlockBytes, data_in_block(data.size(), i))));
  }
  return leaves;
}

std::vector<Digest> random_leaves(std::size_t count, Random& random) {
  std::vector<Digest> leaves(count);
  for (Digest& leaf : leaves) random.fill(leaf);
  return leaves;
}

Digest node(const Digest& left, const Digest& right, std::uint8_t key) {
  return sha256({left, right, ByteView(&key, 1)});
}

TEST(MerkleTree, IsThatOfTheStorageTeamsNodes) {
  for (const Value& vector : test::items(test::vectors(), "real")) {
    const std::string content = test::text(vector, "content");
    EXPECT_EQ(tree_cid(leaves_of(as_bytes(content))).text(), test::text(vector, "tree"));
  }
}

TEST(MerkleTree, MatchesTheVectors) {
  for (const Value& vector : test::items(test::vectors(), "made")) {
    const Bytes data = test::sample(test::number(vector, "bytes"));
    EXPECT_EQ(tree_cid(leaves_of(data)).text(), test::text(vector, "tree")) << data.size();
  }
}

// By hand: the key byte is 1 over two leaves, 3 over one, 0 over two nodes, 2 over one.
TEST(MerkleTree, SaysInItsKeyBytesWhereANodeStands) {
  SeededRandom random(1);
  const std::vector<Digest> l = random_leaves(5, random);
  const Digest zero{};
  EXPECT_EQ(merkle_root(std::span(l).first(1)), node(l[0], zero, 3));
  EXPECT_EQ(merkle_root(std::span(l).first(2)), node(l[0], l[1], 1));
  EXPECT_EQ(merkle_root(std::span(l).first(3)), node(node(l[0], l[1], 1), node(l[2], zero, 3), 0));
  EXPECT_EQ(merkle_root(l),
            node(node(node(l[0], l[1], 1), node(l[2], l[3], 1), 0), node(node(l[4], zero, 3), zero, 2), 0));
}

TEST(MerkleTree, TellsEveryLeafOfEveryTree) {
  SeededRandom random(test::test_seed());
  for (std::size_t count = 1; count <= 40; ++count) {
    const std::vector<Digest> leaves = random_leaves(count, random);
    const Digest root = merkle_root(leaves);
    for (std::size_t index = 0; index < count; ++index) {
      const MerkleProof proof = merkle_proof(leaves, index);
      ASSERT_EQ(root_of(proof, leaves[index]), root) << count << " " << index;
      // Another leaf, another place, another number of leaves: none of them proves anything.
      ASSERT_NE(root_of(proof, leaves[(index + 1) % count]), count == 1 ? Digest{} : root);
      for (std::size_t other = 0; other < count; ++other) {
        if (other == index) continue;
        MerkleProof moved = proof;
        moved.index = other;
        ASSERT_NE(root_of(moved, leaves[index]), root) << count << " " << index << " " << other;
      }
    }
  }
}

TEST(MerkleTree, AChangedBitAnywhereIsNoProof) {
  SeededRandom random(test::test_seed());
  const std::vector<Digest> leaves = random_leaves(11, random);
  const Digest root = merkle_root(leaves);
  for (std::size_t index = 0; index < leaves.size(); ++index) {
    const MerkleProof proof = merkle_proof(leaves, index);
    Digest leaf = leaves[index];
    leaf[random.next64() % 32] ^= 1U;
    EXPECT_NE(root_of(proof, leaf), root);
    for (std::size_t step = 0; step < proof.path.size(); ++step) {
      MerkleProof changed = proof;
      changed.path[step][random.next64() % 32] ^= 1U;
      EXPECT_NE(root_of(changed, leaves[index]), root) << index << " " << step;
    }
  }
}

TEST(MerkleTree, AProofOfAnotherShapeIsNone) {
  SeededRandom random(3);
  const std::vector<Digest> leaves = random_leaves(6, random);
  const MerkleProof proof = merkle_proof(leaves, 2);
  for (auto change : std::vector<std::function<void(MerkleProof&)>>{
           [](MerkleProof& p) { p.path.pop_back(); }, [](MerkleProof& p) { p.path.push_back({}); },
           [](MerkleProof& p) { p.path.clear(); }, [](MerkleProof& p) { p.index = 6; },
           [](MerkleProof& p) { p.leaves = 0; }, [](MerkleProof& p) { p.leaves = 9; },
           [](MerkleProof& p) { p.index = UINT64_MAX; }}) {
    MerkleProof changed = proof;
    change(changed);
    EXPECT_EQ(root_of(changed, leaves[2]), Digest{});
  }
}

}  // namespace
}  // namespace status::storage
