// Merkle-Patricia proofs: what is at a key of a trie of which only the root is known. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "ipc/base/result.h"
#include "services/chain/ethereum/hash.h"

namespace status::chain {

// More than a path of 64 half bytes can have, and than a node of the state can be.
inline constexpr std::size_t kMostProofNodes = 65;
inline constexpr std::size_t kMostNodeBytes = 1'024;

// The value at `key` (the state's keys are hashes), or empty when the proof shows that there is none. `nodes` are those
// from the root on, as eth_getProof has them. DATA_LOSS `chain.endpoint_lied` for a proof that shows neither: a node of
// another hash than the one above says, one that is missing, one too many, one that is none.
Result<std::optional<Bytes>> prove(const Hash& root, ByteView key, const std::vector<Bytes>& nodes);

}  // namespace status::chain
