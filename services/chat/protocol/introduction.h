// An introduction: what a person hands to others, as text, so that they can start a conversation. It carries the X3DH
// prekey bundle, signed as a whole by the identity; PROTOCOL.md has the layout. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/chat/crypto/x3dh.h"

namespace status::chat {

struct Introduction {
  PrekeyBundle bundle;
  std::int64_t expires_ms = 0;  // Unix milliseconds by the issuer's clock
};

// "status-intro:1:" and base64url. `issuer` is the identity that the bundle names.
std::string encode_introduction(const Introduction& introduction, const IdentityKeyPair& issuer);

// Untrusted text; white space around it is ignored. INVALID_ARGUMENT with the reason
//   `chat.not_an_introduction`     the prefix is missing
//   `chat.introduction_version`    made by a newer protocol
//   `chat.introduction_damaged`    cut, mistyped: length, alphabet or checksum
//   `chat.introduction_forged`     the signature is not the identity's, or a key is not valid
Result<Introduction> parse_introduction(std::string_view text);

// Clocks of honest nodes may differ by this much.
inline constexpr std::int64_t kClockToleranceMs = 2 * 3'600'000;

// FAILED_PRECONDITION `chat.introduction_expired`.
Status check_expiry(const Introduction& introduction, std::int64_t now_ms);

}  // namespace status::chat
