// The Double Ratchet (Signal, "The Double Ratchet Algorithm", revision 1, section 3, headers in the clear) with
// ChaCha20-Poly1305.
//
// A message is `ratchet key 32 | previous chain length u32 | number u32 | ciphertext | tag 16`; the first 40 bytes are
// authenticated together with the associated data of X3DH. PROTOCOL.md has the key derivations.
#pragma once

#include "services/chat/crypto/ratchet_limits.h"
#include "services/chat/crypto/ratchet_state.h"
#include "services/chat/crypto/session_cipher.h"
#include "services/chat/crypto/x3dh.h"

namespace status::chat {

inline constexpr std::size_t kRatchetHeaderSize = 40;
inline constexpr std::size_t kRatchetOverhead = kRatchetHeaderSize + kAeadTagSize;

class DoubleRatchet final : public SessionCipher {
 public:
  // Alice's side: draws a ratchet key (32 bytes) and can send at once. Error: INVALID_ARGUMENT `chat.bad_key`.
  static Result<DoubleRatchet> initiator(const X3dhAgreement& agreement, const PublicKey& peer_signed_prekey,
                                         Random& random, const RatchetLimits& limits = {});
  // Bob's side: can send after the first message has been decrypted.
  static DoubleRatchet responder(const X3dhAgreement& agreement, const KeyPair& signed_prekey, Random& random,
                                 const RatchetLimits& limits = {});
  // DATA_LOSS `chat.bad_state`.
  static Result<DoubleRatchet> restore(ByteView serialised, Random& random, const RatchetLimits& limits = {});

  Result<Bytes> encrypt(ByteView plaintext) override;
  Result<Bytes> decrypt(ByteView message) override;
  SecretBytes serialise() const override { return chat::serialise(state_); }

  std::size_t skipped_keys() const { return state_.skipped.size(); }

 private:
  DoubleRatchet(RatchetState state, Random& random, const RatchetLimits& limits)
      : state_(std::move(state)), random_(&random), limits_(limits) {}

  void accept(std::vector<SkippedKey> fresh);

  RatchetState state_;
  Random* random_;
  RatchetLimits limits_;
};

}  // namespace status::chat
