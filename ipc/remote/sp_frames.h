// The Scalability Protocols over a byte stream, as NNG's tcp and tls+tcp transports speak them: each end greets with
// eight bytes, then every message has its length before it. A request begins with the ids of the hops that it came by,
// and its answer with the same. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "ipc/base/bytes.h"
#include "ipc/wire/limits.h"

namespace status::remote {

enum class Role : std::uint8_t { request = 0x30, reply = 0x31 };

using Greeting = std::array<std::uint8_t, 8>;
constexpr Greeting greeting_of(Role role) { return {0, 'S', 'P', 0, 0, static_cast<std::uint8_t>(role), 0, 0}; }

// Big-endian, of what follows it.
using Length = std::array<std::uint8_t, 8>;
Length to_length(std::uint64_t bytes);
std::uint64_t from_length(const Length& length);

// The most that a message has on a stream: the wire's limit, and the ids of eight hops, NNG's own limit.
inline constexpr std::size_t kMaxHops = 8;
inline constexpr std::uint64_t kMaxFrame = ipc::kMaxMessage + 4 * kMaxHops;

// How many bytes of hop ids a request begins with, at least 4; 0 when it begins with something else.
std::size_t hop_bytes(ByteView request);

}  // namespace status::remote
