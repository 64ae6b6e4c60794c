// Sessions that X3DH agrees on and the Double Ratchet encrypts.
#pragma once

#include "services/chat/crypto/ratchet_limits.h"
#include "services/chat/engine/session_factory.h"

namespace status::chat {

class X3dhRatchet final : public SessionFactory {
 public:
  // Both outlive it and the ciphers.
  X3dhRatchet(const IdentityKeyPair& identity, Random& random, const RatchetLimits& limits = {})
      : identity_(identity), random_(random), limits_(limits) {}

  Result<Initiation> initiate(const PrekeyBundle& peer) override;
  Result<NewSession> accept(const X3dhHeader& invitation, const KeyPair& signed_prekey,
                            const KeyPair* one_time_prekey) override;
  Result<std::unique_ptr<SessionCipher>> restore(ByteView state) override;

 private:
  const IdentityKeyPair& identity_;
  Random& random_;
  const RatchetLimits limits_;
};

}  // namespace status::chat
