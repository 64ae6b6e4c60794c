// Limits of protocol 1 (WIRE.md section 2). Sizes in bytes, times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace status::ipc {

inline constexpr std::uint8_t kProtocol = 1;
inline constexpr std::size_t kMaxMessage = 16U << 20U;
inline constexpr std::size_t kMaxMethod = 96;
inline constexpr std::size_t kMaxIdempotencyKey = 64;
inline constexpr std::size_t kMaxEcho = 64;
inline constexpr std::size_t kMaxUser = 64;
inline constexpr std::size_t kMaxMetaEntries = 64;
inline constexpr std::uint32_t kMaxDeadlineMs = 120'000;
inline constexpr std::uint32_t kMaxInFlightPerClient = 256;
inline constexpr std::uint32_t kMaxPollMs = 30'000;
inline constexpr std::uint32_t kMaxPollEvents = 1'000;
inline constexpr std::size_t kMaxSocketPath = 107;

}  // namespace status::ipc
