// A Waku message as the network defines it, and its deterministic hash (specs: 14/WAKU2-MESSAGE). Plain values, any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::waku {

inline constexpr std::size_t kMaxMetaBytes = 64;
// What a network accepts unless its operator says otherwise, and what it can be raised to.
inline constexpr std::size_t kDefaultMaxMessageBytes = 150 * 1024;
inline constexpr std::size_t kHighestMaxMessageBytes = 1024 * 1024;

struct WakuMessage {
  Bytes payload;
  std::string content_topic;
  std::uint32_t version = 0;      // of the payload's encryption; 0: the payload is opaque
  std::int64_t timestamp_ns = 0;  // the sender's clock, Unix nanoseconds; never trusted for ordering or retention
  Bytes meta;                     // at most kMaxMetaBytes
  Bytes proof;                    // rate-limit proof; carried, not interpreted
  bool ephemeral = false;         // true: relayed but stored by nobody

  friend bool operator==(const WakuMessage&, const WakuMessage&) = default;
};

using MessageHash = std::array<std::uint8_t, 32>;

// sha256(pubsub_topic || payload || content_topic || meta || timestamp_ns as 8 big-endian bytes). Version, proof and
// the ephemeral flag do not enter it.
MessageHash message_hash(std::string_view pubsub_topic, const WakuMessage& message);

// "0x" and 64 lower-case digits.
std::string to_text(const MessageHash& hash);

// Errors: INVALID_ARGUMENT `waku.invalid_hash` unless `bytes` are exactly 32.
Result<MessageHash> hash_from_bytes(ByteView bytes);

}  // namespace status::waku
