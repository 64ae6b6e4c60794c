// The root of the trie that a block keeps a list in: of its transactions, receipts or withdrawals. Any thread.
#pragma once

#include <vector>

#include "services/chain/ethereum/hash.h"

namespace status::chain {

// The key of an entry is the RLP of its position.
Hash ordered_root(const std::vector<Bytes>& entries);

}  // namespace status::chain
