// Transactions: encoded anew from what JSON-RPC says of them, so that the block's transactions root can vouch for it.
// Plain values, any thread.
#pragma once

#include <optional>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/header.h"
#include "services/chain/ethereum/signature.h"

namespace status::chain {

struct Transaction {
  Hash hash{};
  std::uint8_t type = 0;
  std::uint64_t nonce = 0;
  std::uint64_t gas = 0;
  std::optional<Address> to;  // empty: it creates a contract
  U256 value;
  Bytes input;
  U256 max_fee;  // per gas; of the types before 2 the price itself
  std::optional<U256> max_priority_fee;
  Hash signed_hash{};
  Signature signature;
  Address claimed_from{};

  // What was paid per gas in a block with that base fee.
  U256 price(const U256& base_fee) const;
  // The address of the contract that it creates, if `from` has sent it.
  std::optional<Address> created(const Address& from) const;
};

// One transaction of a block or of eth_getTransactionByHash. Its hash is recomputed. DATA_LOSS `chain.endpoint_lied`
// when it says another; UNIMPLEMENTED `chain.unknown_type` for a type that is not known here (0 to 4 are).
Result<Transaction> read_transaction(const Value& transaction);
// All of a block with full transactions. DATA_LOSS unless the header's root is theirs.
Result<std::vector<Transaction>> read_transactions(const Value& block, const Header& header);
// Recovered from the signature. DATA_LOSS when the endpoint has said another.
Result<Address> check_sender(const Transaction& transaction);
// DATA_LOSS unless the header's root is theirs; a block before withdrawals has none.
Status check_withdrawals(const Value& block, const Header& header);

}  // namespace status::chain
