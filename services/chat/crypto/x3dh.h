// The X3DH key agreement (Signal, "The X3DH Key Agreement Protocol", revision 1, sections 2 and 3) over Ed25519
// identities; PROTOCOL.md names what differs. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "services/chat/crypto/primitives.h"

namespace status::chat {

// What the initiator knows of the responder. Its authenticity (the signature) has been checked before.
struct PrekeyBundle {
  PublicKey identity{};  // Ed25519
  std::uint32_t signed_prekey_id = 0;
  PublicKey signed_prekey{};
  std::uint32_t one_time_prekey_id = 0;  // 0: none
  PublicKey one_time_prekey{};
};

// What the initiator tells the responder, in the clear, with each message until it has been answered.
struct X3dhHeader {
  PublicKey identity{};   // IK_A, Ed25519
  PublicKey ephemeral{};  // EK_A, X25519
  std::uint32_t signed_prekey_id = 0;
  std::uint32_t one_time_prekey_id = 0;
  friend bool operator==(const X3dhHeader&, const X3dhHeader&) = default;
};

// What both ends have afterwards.
struct X3dhAgreement {
  Key shared_key;                                // SK
  std::array<std::uint8_t, 64> associated_data;  // AD: initiator's, then responder's identity key
};

struct X3dhInitiation {
  X3dhAgreement agreement;
  X3dhHeader header;
};

// Draws the ephemeral key (32 bytes) and forgets it. Error: INVALID_ARGUMENT `chat.bad_key`.
Result<X3dhInitiation> x3dh_initiate(const IdentityKeyPair& self, const PrekeyBundle& peer, Random& random);

// `one_time_prekey` is the pair that the header names; null when it names none. Error: INVALID_ARGUMENT `chat.bad_key`.
Result<X3dhAgreement> x3dh_respond(const IdentityKeyPair& self, const KeyPair& signed_prekey,
                                   const KeyPair* one_time_prekey, const X3dhHeader& header);

}  // namespace status::chat
