#include "services/chat/crypto/primitives.h"

#include <sodium.h>

#include <cstdlib>

#include "services/host/hkdf.h"

namespace status::chat {
namespace {

// Chooses the fast implementations for this CPU; the functions below are correct without it, only slower.
void prepare() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

// An Ed25519 secret key as libsodium wants it: seed, then public key.
Secret<crypto_sign_SECRETKEYBYTES> expanded(const IdentityKeyPair& pair) {
  Secret<crypto_sign_SECRETKEYBYTES> out;
  std::copy_n(pair.seed.data(), 32, out.data());
  std::copy_n(pair.public_key.data(), 32, out.data() + 32);
  return out;
}

}  // namespace

void wipe(void* memory, std::size_t size) { sodium_memzero(memory, size); }

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

KeyPair KeyPair::from_secret(const Key& secret) {
  prepare();
  KeyPair pair;
  pair.secret = secret;
  crypto_scalarmult_curve25519_base(pair.public_key.data(), secret.data());
  return pair;
}

KeyPair KeyPair::generate(Random& random) {
  Key secret;
  random.fill(secret.span());
  return from_secret(secret);
}

Result<Key> x25519(const Key& secret, const PublicKey& peer) {
  prepare();
  Key shared;
  if (crypto_scalarmult_curve25519(shared.data(), secret.data(), peer.data()) != 0) {
    return fail(Code::invalid_argument, "chat.bad_key", "the key is a point of low order");
  }
  return shared;
}

IdentityKeyPair IdentityKeyPair::from_seed(const Key& seed) {
  prepare();
  IdentityKeyPair pair;
  pair.seed = seed;
  Secret<crypto_sign_SECRETKEYBYTES> ignored;
  crypto_sign_seed_keypair(pair.public_key.data(), ignored.data(), seed.data());
  return pair;
}

IdentityKeyPair IdentityKeyPair::generate(Random& random) {
  Key seed;
  random.fill(seed.span());
  return from_seed(seed);
}

Signature IdentityKeyPair::sign(ByteView message) const {
  Signature out;
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), expanded(*this).data());
  return out;
}

KeyPair IdentityKeyPair::agreement_pair() const {
  Key secret;
  crypto_sign_ed25519_sk_to_curve25519(secret.data(), expanded(*this).data());
  return KeyPair::from_secret(secret);
}

bool verify(const PublicKey& identity, ByteView message, const Signature& signature) {
  prepare();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), identity.data()) == 0;
}

Result<PublicKey> agreement_key(const PublicKey& identity) {
  prepare();
  PublicKey out;
  if (crypto_sign_ed25519_pk_to_curve25519(out.data(), identity.data()) != 0) {
    return fail(Code::invalid_argument, "chat.bad_key", "the identity key is not a valid Ed25519 key");
  }
  return out;
}

Key hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  prepare();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (ByteView part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  Key out;
  crypto_auth_hmacsha256_final(&state, out.data());
  wipe(&state, sizeof state);
  return out;
}

Digest sha256(std::initializer_list<ByteView> parts) {
  prepare();
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (ByteView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  Digest out;
  crypto_hash_sha256_final(&state, out.data());
  return out;
}

void hkdf_sha256(ByteView salt, ByteView input, std::string_view info, std::span<std::uint8_t> out) {
  host::hkdf_sha256(input, salt, as_bytes(info), out);
}

Bytes aead_seal(const Key& key, const AeadNonce& nonce, ByteView plaintext, ByteView associated_data) {
  prepare();
  Bytes out(plaintext.size() + kAeadTagSize);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                            associated_data.data(), associated_data.size(), nullptr, nonce.data(),
                                            key.data());
  return out;
}

std::optional<Bytes> aead_open(const Key& key, const AeadNonce& nonce, ByteView sealed, ByteView associated_data) {
  prepare();
  if (sealed.size() < kAeadTagSize) return std::nullopt;
  Bytes out(sealed.size() - kAeadTagSize);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                associated_data.data(), associated_data.size(), nonce.data(),
                                                key.data()) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace status::chat
