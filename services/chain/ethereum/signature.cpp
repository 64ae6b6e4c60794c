#include "services/chain/ethereum/signature.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "services/chain/ethereum/disproved.h"

namespace status::chain {

Result<Address> signer(const Hash& hash, const Signature& signature) {
  std::array<std::uint8_t, 64> compact{};
  std::copy(signature.r.bytes().begin(), signature.r.bytes().end(), compact.begin());
  std::copy(signature.s.bytes().begin(), signature.s.bytes().end(), compact.begin() + 32);
  secp256k1_ecdsa_recoverable_signature parsed{};
  secp256k1_pubkey key{};
  // The static context serves recovery; it is constant.
  const secp256k1_context* const context = secp256k1_context_static;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, compact.data(),
                                                          signature.y_parity ? 1 : 0) != 1 ||
      secp256k1_ecdsa_recover(context, &key, &parsed, hash.data()) != 1) {
    return disproved("the signature of " + to_text(hash) + " is none");
  }
  std::array<std::uint8_t, 65> point{};
  std::size_t size = point.size();
  secp256k1_ec_pubkey_serialize(context, point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  const Hash of_point = keccak256(ByteView(point).subspan(1));
  return *to_array<Address>(ByteView(of_point).last(Address().size()));
}

}  // namespace status::chain
