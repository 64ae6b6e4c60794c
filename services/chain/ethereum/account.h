// Accounts, storage and code, as eth_getProof and eth_getCode tell them, held against a header's state root. Any thread.
#pragma once

#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/ethereum/number.h"

namespace status::chain {

struct Account {
  std::uint64_t nonce = 0;
  U256 balance;
  Hash storage_root = empty_trie_root();
  Hash code_hash = empty_code_hash();
};

struct ProvenAccount {
  Account account;  // that of nobody when the proof shows that there is none
  std::vector<U256> slots;
};

// `answer` is that of eth_getProof for `address` and `slots`. DATA_LOSS `chain.endpoint_lied` when the proofs do not
// show it, or something else than the answer says.
Result<ProvenAccount> check_account(const Value& answer, const Hash& state_root, const Address& address,
                                    const std::vector<U256>& slots);

// DATA_LOSS `chain.endpoint_lied` unless it is the code of that account.
Status check_code(ByteView code, const Account& account);

}  // namespace status::chain
