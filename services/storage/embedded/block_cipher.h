// Seals the blocks of one file: encrypted, and authenticated together with the file that they are of and their place in
// it, so that a block that was changed, moved or taken from elsewhere does not open.
//
// AES-256-GCM (SP 800-38D), with the processor's instructions at 2 GB/s where libsodium's ciphers have 1. Each file has
// a key of its own, derived from the node's, and each sealing a nonce of its own, drawn at random: 96 bits are plenty
// for the 2^24 blocks of the largest file.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "ipc/base/random.h"
#include "services/host/secret.h"
#include "services/storage/content/blocks.h"

namespace status::storage {

using FileId = std::array<std::uint8_t, 16>;

inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
// On disk: nonce, ciphertext, tag. All blocks take a whole one.
inline constexpr std::size_t kSlotBytes = kNonceBytes + kBlockBytes + kTagBytes;

// Immutable: any thread. The key lies in locked memory.
class BlockCipher {
 public:
  // HKDF-SHA256 of the node's key; the info is "status/storage/file/v1" and the file.
  BlockCipher(const host::SecretBytes& node_key, const FileId& file);

  // Its first `data` bytes count, the rest are zeroes. `block` has kBlockBytes, `slot` kSlotBytes. Aborts where OpenSSL
  // has no memory.
  void seal(std::uint64_t index, std::size_t data, ByteView block, Random& random, std::span<std::uint8_t> slot) const;
  // False when it was not sealed with this key for this place and this much data; then `block` holds nothing that may be
  // used.
  bool open(std::uint64_t index, std::size_t data, ByteView slot, std::span<std::uint8_t> block) const;

 private:
  using Place = std::array<std::uint8_t, 12>;
  static Place place_of(std::uint64_t index, std::size_t data);

  const host::SecretBytes key_;
};

}  // namespace status::storage
