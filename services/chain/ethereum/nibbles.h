// Paths in a Merkle-Patricia trie: half bytes, and the form that nodes have them in. Any thread.
#pragma once

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::chain {

// One per byte of the result, high half first.
Bytes nibbles_of(ByteView key);

struct NodePath {
  bool is_leaf = false;
  Bytes nibbles;
};
// The path of a leaf or an extension. DATA_LOSS unless it is canonical.
Result<NodePath> decode_path(ByteView encoded);
Bytes encode_path(ByteView nibbles, bool is_leaf);

}  // namespace status::chain
