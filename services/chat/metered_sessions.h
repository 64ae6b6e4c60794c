// The sessions behind the host's gate: the cryptography is chat's backend, whoever's library it is.
#pragma once

#include <memory>

#include "services/chat/engine/session_factory.h"
#include "services/host/backend_gate.h"

namespace status::chat {

class MeteredSessions final : public SessionFactory {
 public:
  // Both outlive it and the ciphers.
  MeteredSessions(SessionFactory& sessions, host::BackendGate& gate) : sessions_(sessions), gate_(gate) {}

  Result<Initiation> initiate(const PrekeyBundle& peer) override;
  Result<NewSession> accept(const X3dhHeader& invitation, const KeyPair& signed_prekey,
                            const KeyPair* one_time_prekey) override;
  Result<std::unique_ptr<SessionCipher>> restore(ByteView state) override;

 private:
  std::unique_ptr<SessionCipher> metered(std::unique_ptr<SessionCipher> cipher);

  SessionFactory& sessions_;
  host::BackendGate& gate_;
};

}  // namespace status::chat
