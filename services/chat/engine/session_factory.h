// How sessions begin and go on: the seam behind which the key agreement and the ratchet stand. X3dhRatchet is the one
// implementation.
#pragma once

#include <memory>

#include "services/chat/crypto/session_cipher.h"
#include "services/chat/protocol/address.h"

namespace status::chat {

// A session that has just begun, at either end.
struct NewSession {
  std::unique_ptr<SessionCipher> cipher;
  SessionTopics topics;
};

struct Initiation : NewSession {
  X3dhHeader invitation;  // what the other end accepts it with
};

// One thread; knows this node's identity and draws randomness.
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;

  // With the issuer of an introduction; can send at once. INVALID_ARGUMENT `chat.bad_key`.
  virtual Result<Initiation> initiate(const PrekeyBundle& peer) = 0;

  // From an invitation, untrusted, with the prekeys that it names; `one_time_prekey` is null when it names none. Can
  // send after the first message has been decrypted. INVALID_ARGUMENT `chat.bad_key`.
  virtual Result<NewSession> accept(const X3dhHeader& invitation, const KeyPair& signed_prekey,
                                    const KeyPair* one_time_prekey) = 0;

  // From SessionCipher::serialise. DATA_LOSS `chat.bad_state`.
  virtual Result<std::unique_ptr<SessionCipher>> restore(ByteView state) = 0;
};

}  // namespace status::chat
