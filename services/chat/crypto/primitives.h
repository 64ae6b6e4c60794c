// The primitives below X3DH and the Double Ratchet, on libsodium: X25519 (RFC 7748), Ed25519 (RFC 8032), HMAC and
// HKDF-SHA256 (RFC 2104, 5869), ChaCha20-Poly1305 (RFC 8439). Pure functions; randomness comes in through the Random
// seam. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "services/chat/crypto/secret.h"

namespace status::chat {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
using Digest = std::array<std::uint8_t, 32>;
using Key = Secret<32>;

// An X25519 pair. Any 32 bytes are a secret: X25519 clamps them itself.
struct KeyPair {
  Key secret;
  PublicKey public_key{};
  static KeyPair from_secret(const Key& secret);
  static KeyPair generate(Random& random);
};

// The shared secret. INVALID_ARGUMENT `chat.bad_key` for a point of low order, whose result everybody knows.
Result<Key> x25519(const Key& secret, const PublicKey& peer);

// An Ed25519 pair, the long-term identity. The same key serves Diffie-Hellman through its birational X25519 image.
struct IdentityKeyPair {
  Key seed;
  PublicKey public_key{};
  static IdentityKeyPair from_seed(const Key& seed);
  static IdentityKeyPair generate(Random& random);

  Signature sign(ByteView message) const;
  KeyPair agreement_pair() const;
};

bool verify(const PublicKey& identity, ByteView message, const Signature& signature);

// The X25519 image of an Ed25519 public key. INVALID_ARGUMENT `chat.bad_key` when the bytes are no point of the main
// subgroup.
Result<PublicKey> agreement_key(const PublicKey& identity);

// The parts are hashed as if they were one string.
Key hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);
Digest sha256(std::initializer_list<ByteView> parts);

// Fills `out`, at most 255 × 32 bytes. An empty salt means 32 zero bytes.
void hkdf_sha256(ByteView salt, ByteView input, std::string_view info, std::span<std::uint8_t> out);

inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kAeadTagSize = 16;
using AeadNonce = Secret<kAeadNonceSize>;

// ChaCha20-Poly1305: the ciphertext followed by the tag. A (key, nonce) pair serves one message only.
Bytes aead_seal(const Key& key, const AeadNonce& nonce, ByteView plaintext, ByteView associated_data);
// Empty when the tag does not fit: a wrong key, or anything was changed.
std::optional<Bytes> aead_open(const Key& key, const AeadNonce& nonce, ByteView sealed, ByteView associated_data);

}  // namespace status::chat
