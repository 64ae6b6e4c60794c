// The variables of a Double Ratchet session (Signal, "The Double Ratchet Algorithm", revision 1, section 3.2) and their
// stored form.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "services/chat/crypto/primitives.h"

namespace status::chat {

struct RatchetChain {
  Key key;                 // CKs or CKr
  std::uint32_t next = 0;  // Ns or Nr
};

// All but the skipped keys: small, so that a decryption can be tried on a copy.
struct RatchetCore {
  std::array<std::uint8_t, 64> associated_data{};
  Key root;                         // RK
  KeyPair self;                     // DHs
  std::optional<PublicKey> remote;  // DHr
  std::optional<RatchetChain> sending;
  std::optional<RatchetChain> receiving;
  std::uint32_t previous_length = 0;  // PN
  std::uint64_t decrypted = 0;        // messages decrypted so far: the age of a skipped key is counted in them
};

// The key of a message that has not come yet.
struct SkippedKey {
  PublicKey chain{};  // the sender's ratchet key
  std::uint32_t number = 0;
  std::uint64_t stored_at = 0;  // RatchetCore::decrypted at that time
  Key key;
};

struct RatchetState {
  RatchetCore core;
  std::vector<SkippedKey> skipped;  // oldest first
};

SecretBytes serialise(const RatchetState& state);
// DATA_LOSS `chat.bad_state` for anything that `serialise` did not write.
Result<RatchetState> parse_ratchet_state(ByteView bytes);

}  // namespace status::chat
