// HKDF-SHA256 (RFC 5869): derived keys from one secret. libsodium 1.0.18 has its HMAC but not the construction.
#pragma once

#include "ipc/base/bytes.h"
#include "services/host/secret.h"

namespace status::host {

// `length` bytes, at most 8,160 (255 blocks; aborts beyond). `salt` may be empty. Any thread.
SecretBytes hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::size_t length);
// The same into memory of the caller's choice, for many short keys: locked pages cost several system calls each.
void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::uint8_t> out);

}  // namespace status::host
