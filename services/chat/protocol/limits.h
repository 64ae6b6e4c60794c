// The limits of the chat protocol; PROTOCOL.md states them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace status::chat {

inline constexpr std::size_t kMaxTextCodePoints = 4'096;
inline constexpr std::size_t kMaxTextBytes = 4 * kMaxTextCodePoints;
inline constexpr std::size_t kMaxAckRanges = 32;             // in one frame
inline constexpr std::size_t kFramePadding = 128;            // a frame's size is a multiple of it
inline constexpr std::uint64_t kMaxInteger = 1ULL << 53;     // what every client can hold: a double
inline constexpr std::uint64_t kMaxUnacknowledged = 10'000;  // messages of one direction that are on their way

}  // namespace status::chat
