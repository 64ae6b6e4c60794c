// Who is at the other end of a TLS connection: the key that its certificate carries. Plain values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace status::tls {

// SHA-256 of the DER SubjectPublicKeyInfo in the certificate: the fingerprint that peers pin. It is no secret.
using KeyId = std::array<std::uint8_t, 32>;

// 64 lower-case hex digits.
std::string to_text(const KeyId& id);
// Empty unless `text` is 64 hex digits, with or without "0x".
std::optional<KeyId> parse_key_id(std::string_view text);

}  // namespace status::tls
