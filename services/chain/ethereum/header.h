// A block's header: what its hash is of. Everything else of a block and of the state is proven against its roots. Plain
// values, any thread.
#pragma once

#include <optional>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/ethereum/number.h"

namespace status::chain {

struct Header {
  Hash hash{};  // Keccak-256 of the RLP of the others
  Hash parent{};
  Hash uncles{};
  Address beneficiary{};
  Hash state_root{};
  Hash transactions_root{};
  Hash receipts_root{};
  Bloom bloom{};
  U256 difficulty;
  std::uint64_t number = 0;
  std::uint64_t gas_limit = 0;
  std::uint64_t gas_used = 0;
  std::uint64_t timestamp = 0;  // Unix seconds
  Bytes extra;
  Hash mix{};
  std::array<std::uint8_t, 8> nonce{};
  // Each came with a fork, and none without those before it.
  std::optional<U256> base_fee;
  std::optional<Hash> withdrawals_root;
  std::optional<std::uint64_t> blob_gas_used;
  std::optional<std::uint64_t> excess_blob_gas;
  std::optional<Hash> beacon_root;
  std::optional<Hash> requests_hash;
};

// Of a block as JSON-RPC has it. `hash` is recomputed, and it is DATA_LOSS `chain.endpoint_lied` when the block says
// another; also for a block of a fork that has fields which are not known here.
Result<Header> read_header(const Value& block);

// Whether a block with this header may have logs of that address or topic: false is proven, true may be wrong.
bool may_have(const Bloom& bloom, ByteView address_or_topic);
void add_to(Bloom& bloom, ByteView address_or_topic);

}  // namespace status::chain
