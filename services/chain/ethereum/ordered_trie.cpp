#include "services/chain/ethereum/ordered_trie.h"

#include <algorithm>
#include <span>

#include "services/chain/ethereum/nibbles.h"
#include "services/chain/ethereum/number.h"
#include "services/chain/ethereum/rlp.h"

namespace status::chain {
namespace {

struct Entry {
  Bytes key;  // half bytes
  ByteView value;
};

// What stands for a node in the one above it.
void add_reference(Bytes& out, const Bytes& node) {
  if (node.size() < Hash().size()) {
    out.insert(out.end(), node.begin(), node.end());
  } else {
    rlp::add_string(out, keccak256(node));
  }
}

Bytes node_of(std::span<const Entry> entries, std::size_t depth);

Bytes branch_of(std::span<const Entry> entries, std::size_t depth) {
  Bytes items;
  for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
    const auto end =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key[depth] != nibble; });
    const auto count = static_cast<std::size_t>(end - entries.begin());
    if (count == 0) {
      rlp::add_string(items, {});
    } else {
      add_reference(items, node_of(entries.first(count), depth + 1));
    }
    entries = entries.subspan(count);
  }
  rlp::add_string(items, {});  // no key is the beginning of another: RLP's are not
  return rlp::list(items);
}

// Of entries, sorted by key, whose keys agree up to `depth`. A key has six half bytes at most, and so has the depth.
Bytes node_of(std::span<const Entry> entries, std::size_t depth) {
  const Bytes& first = entries.front().key;
  const Bytes& last = entries.back().key;
  Bytes items;
  if (entries.size() == 1) {
    rlp::add_string(items, encode_path(ByteView(first).subspan(depth), true));
    rlp::add_string(items, entries.front().value);
    return rlp::list(items);
  }
  std::size_t shared = depth;
  while (first[shared] == last[shared]) ++shared;
  if (shared == depth) return branch_of(entries, depth);
  rlp::add_string(items, encode_path(ByteView(first).subspan(depth, shared - depth), false));
  add_reference(items, branch_of(entries, shared));
  return rlp::list(items);
}

}  // namespace

Hash ordered_root(const std::vector<Bytes>& entries) {
  if (entries.empty()) return empty_trie_root();
  std::vector<Entry> sorted;
  sorted.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    sorted.push_back({nibbles_of(rlp::string(U256(i).minimal())), entries[i]});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return keccak256(node_of(sorted, 0));
}

}  // namespace status::chain
