// Who has signed: public keys of secp256k1 recovered from signatures. Any thread.
#pragma once

#include "ipc/base/result.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/ethereum/number.h"

namespace status::chain {

struct Signature {
  bool y_parity = false;
  U256 r;
  U256 s;
};

// The address whose key has signed `hash`. DATA_LOSS `chain.endpoint_lied` for a signature that nobody can have made.
Result<Address> signer(const Hash& hash, const Signature& signature);

}  // namespace status::chain
