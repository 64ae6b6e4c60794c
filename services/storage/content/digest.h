// SHA-256, the one hash of the content addresses. OpenSSL's, which uses the processor's instructions for it where there
// are some: libsodium's is portable C and takes five times as long. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "ipc/base/bytes.h"

namespace status::storage {

using Digest = std::array<std::uint8_t, 32>;

// Of the parts as if they were one string.
Digest sha256(std::initializer_list<ByteView> parts);

}  // namespace status::storage
