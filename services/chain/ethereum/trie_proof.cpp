#include "services/chain/ethereum/trie_proof.h"

#include <algorithm>

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/nibbles.h"
#include "services/chain/ethereum/rlp.h"

namespace status::chain {
namespace {

constexpr std::size_t kBranch = 17;
constexpr std::size_t kShort = 2;

// Goes from the root down along one key.
class Walk {
 public:
  Walk(const Hash& root, ByteView key, const std::vector<Bytes>& nodes)
      : root_(root), key_(nibbles_of(key)), nodes_(nodes) {}

  Result<std::optional<Bytes>> run() {
    Result<rlp::Item> node = take(root_);
    while (node) {
      const Result<std::vector<rlp::Item>> items = rlp::decode_list(*node, kBranch);
      if (!items) return fail(items.error());
      Result<std::optional<rlp::Item>> next =
          items->size() == kBranch  ? at_branch(*items)
          : items->size() == kShort ? at_path(*items)
                                    : disproved("the proof has a node of " + std::to_string(items->size()) + " items");
      if (!next) return fail(next.error());
      if (!*next) return finish();
      node = below(**next);
    }
    return fail(node.error());
  }

 private:
  using Step = Result<std::optional<rlp::Item>>;  // the reference to the next node; empty: there is none

  Step at_branch(const std::vector<rlp::Item>& items) {
    if (depth_ == key_.size()) return found(items.back());
    const rlp::Item& child = items[key_[depth_++]];
    if (!child.is_list && child.payload.empty()) return std::optional<rlp::Item>();
    return std::optional(child);
  }

  Step at_path(const std::vector<rlp::Item>& items) {
    if (items.front().is_list) return disproved("the proof has a node whose path is a list");
    const Result<NodePath> path = decode_path(items.front().payload);
    if (!path) return fail(path.error());
    const ByteView rest = ByteView(key_).subspan(depth_);
    const bool on_it =
        rest.size() >= path->nibbles.size() && std::equal(path->nibbles.begin(), path->nibbles.end(), rest.begin());
    if (!on_it) return std::optional<rlp::Item>();
    depth_ += path->nibbles.size();
    if (!path->is_leaf) return std::optional(items.back());
    return depth_ == key_.size() ? found(items.back()) : Step(std::optional<rlp::Item>());
  }

  Step found(const rlp::Item& value) {
    if (value.is_list) return disproved("the proof has a list for a value");
    if (!value.payload.empty()) value_ = to_bytes(value.payload);
    return std::optional<rlp::Item>();
  }

  // A node of under 32 bytes stands in the one above it; some endpoints list it once more.
  Result<rlp::Item> below(const rlp::Item& reference) {
    if (reference.is_list) {
      if (reference.encoded.size() >= Hash().size()) return disproved("the proof embeds a node that is too large");
      const bool listed = used_ < nodes_.size() && std::equal(nodes_[used_].begin(), nodes_[used_].end(),
                                                              reference.encoded.begin(), reference.encoded.end());
      if (listed) ++used_;
      return reference;
    }
    const std::optional<Hash> hash = to_array<Hash>(reference.payload);
    if (!hash) return disproved("the proof has a reference to a node that is no hash");
    return take(*hash);
  }

  // The next node of the proof, which must have that hash.
  Result<rlp::Item> take(const Hash& hash) {
    if (used_ == nodes_.size()) return disproved("the proof ends before node " + to_text(hash));
    const Bytes& node = nodes_[used_++];
    if (node.size() > kMostNodeBytes)
      return disproved("the proof has a node of " + std::to_string(node.size()) + " bytes");
    if (const Hash own = keccak256(node); own != hash) {
      return disproved("node " + std::to_string(used_) + " of the proof has the hash " + to_text(own) + ", not " +
                       to_text(hash));
    }
    return rlp::decode(node);
  }

  Result<std::optional<Bytes>> finish() const {
    if (used_ != nodes_.size()) return disproved("the proof has nodes behind its end");
    return value_;
  }

  const Hash& root_;
  const Bytes key_;
  const std::vector<Bytes>& nodes_;
  std::size_t depth_ = 0;  // of the key
  std::size_t used_ = 0;   // of the nodes
  std::optional<Bytes> value_;
};

}  // namespace

Result<std::optional<Bytes>> prove(const Hash& root, ByteView key, const std::vector<Bytes>& nodes) {
  if (nodes.size() > kMostProofNodes) return disproved("the proof has " + std::to_string(nodes.size()) + " nodes");
  // A trie without entries has no nodes to show, or the one that is an empty string.
  const bool no_node = nodes.empty() || (nodes.size() == 1 && nodes.front() == Bytes{0x80});
  if (root == empty_trie_root() && no_node) return std::optional<Bytes>();
  return Walk(root, key, nodes).run();
}

}  // namespace status::chain
