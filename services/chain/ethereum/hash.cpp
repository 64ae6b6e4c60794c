#include "services/chain/ethereum/hash.h"

#include <cryptopp/keccak.h>

namespace status::chain {

Hash keccak256(ByteView bytes) {
  Hash hash;
  CryptoPP::Keccak_256 keccak;
  keccak.Update(bytes.data(), bytes.size());
  keccak.Final(hash.data());
  return hash;
}

const Hash& empty_code_hash() {
  static const Hash hash = keccak256({});
  return hash;
}

const Hash& empty_trie_root() {
  static const Hash hash = keccak256(Bytes{0x80});
  return hash;
}

const Hash& empty_list_hash() {
  static const Hash hash = keccak256(Bytes{0xc0});
  return hash;
}

}  // namespace status::chain
