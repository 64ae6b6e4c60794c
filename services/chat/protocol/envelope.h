// What travels as the payload of a Waku message: a message of a session, or an invitation that starts one. Plain
// values, any thread.
#pragma once

#include <optional>

#include "services/chat/crypto/x3dh.h"

namespace status::chat {

struct Envelope {
  std::optional<X3dhHeader> invitation;  // present until the initiator has had an answer
  Bytes message;                         // of SessionCipher
};

Bytes encode_envelope(const Envelope& envelope);

// Untrusted bytes. INVALID_ARGUMENT `chat.bad_envelope`.
Result<Envelope> parse_envelope(ByteView payload);

}  // namespace status::chat
