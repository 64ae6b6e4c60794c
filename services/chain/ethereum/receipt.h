// Receipts and logs: encoded anew from what JSON-RPC says of them, so that the block's receipts root can vouch for it.
// Plain values, any thread.
#pragma once

#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/header.h"

namespace status::chain {

struct Log {
  Address address{};
  std::vector<Hash> topics;
  Bytes data;
};

struct Receipt {
  bool succeeded = false;  // false too where the block is from before there was a status
  std::uint64_t gas_used = 0;
  std::uint64_t cumulative_gas_used = 0;
  std::vector<Log> logs;
};

// Those of all transactions of a block, as eth_getBlockReceipts has them. DATA_LOSS `chain.endpoint_lied` unless the
// header's root is theirs.
Result<std::vector<Receipt>> read_receipts(const Value& receipts, const Header& header);

// A log as eth_getLogs has it, unproven.
Result<Log> read_log(const Value& log);

}  // namespace status::chain
