// What the chat engine knows of an end-to-end encrypted session between two parties.
#pragma once

#include "ipc/base/result.h"
#include "services/chat/crypto/secret.h"

namespace status::chat {

// One thread at a time. A state that was serialised and restored goes on exactly where it was; a state that is used
// twice (restored from an older copy) would encrypt two messages with one key, so it is written back before its
// ciphertext leaves the process.
class SessionCipher {
 public:
  virtual ~SessionCipher() = default;

  // Never gives the same bytes twice. FAILED_PRECONDITION `chat.session_not_ready` while the session can only receive.
  virtual Result<Bytes> encrypt(ByteView plaintext) = 0;

  // Messages may come in any order and with gaps; each is accepted once. On every error the state is as before. Errors:
  //   INVALID_ARGUMENT `chat.bad_message`    not a message of this session's format
  //   UNAUTHENTICATED `chat.undecryptable`   changed, of another session, or its key has expired
  //   ALREADY_EXISTS  `chat.replayed`        this place in the current chain was decrypted before
  //   OUT_OF_RANGE    `chat.too_far_ahead`   more than the limit of messages of one chain are missing before it
  virtual Result<Bytes> decrypt(ByteView message) = 0;

  // The whole state, secrets included.
  virtual SecretBytes serialise() const = 0;
};

}  // namespace status::chat
