// The frames that two nodes exchange over a link: structs ⇄ bytes. MESH.md is the page that specifies them, with
// vectors. A decoded frame's views point into the buffer it was decoded from. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ipc/base/result.h"
#include "services/waku/message.h"

namespace status::waku::mesh {

inline constexpr std::uint16_t kProtocolVersion = 1;
inline constexpr std::size_t kFrameHeaderBytes = 5;            // length (4), type (1)
inline constexpr std::size_t kMaxGreetingBytes = 4096;         // of any frame before both greetings
inline constexpr std::size_t kFrameOverheadBytes = 64 * 1024;  // what a frame may have on top of its messages
inline constexpr std::size_t kPageBytes = 256 * 1024;          // of messages in a page, or one message
inline constexpr std::size_t kPageMessages = 256;

// A node that runs with `max_message_bytes` takes frames of up to this many bytes, the header not counted.
inline constexpr std::size_t max_frame_bytes(std::size_t max_message_bytes) {
  return kPageBytes + max_message_bytes + kFrameOverheadBytes;
}

// Names one incarnation of a store: positions in it mean nothing under another id.
using ArchiveId = std::array<std::uint8_t, 16>;

struct Hello {
  std::uint16_t version = kProtocolVersion;
  std::uint16_t cluster = 0;
  std::uint16_t shard_count = 0;
  std::uint32_t max_message_bytes = 0;
  std::uint64_t instance = 0;  // random per process start
  std::int64_t unix_ms = 0;    // for operators; nothing depends on it
  ArchiveId archive{};
  std::string agent;
};

struct Goodbye {
  std::uint8_t reason = 0;  // CloseReason
  std::string text;
};

struct Ping {
  std::uint64_t nonce = 0;
};
struct Pong {
  std::uint64_t nonce = 0;
};

// One message on its way. `position` is where it stands in the sender's store, 0 if it is not stored there; `age_ms` is
// how long the nodes on its way have had it together, so that retention does not trust any wall clock.
struct Relayed {
  std::uint64_t position = 0;
  std::uint32_t age_ms = 0;
  std::uint16_t shard = 0;
  ByteView encoded;
};

enum class Outcome : std::uint8_t { rejected = 0, accepted = 1, stored = 2 };

// What became of a message; `position` as in Relayed, in the store of the one that acknowledges; 0 when it was there
// before.
struct Ack {
  Outcome outcome = Outcome::rejected;
  std::uint64_t position = 0;
  MessageHash hash{};
};

struct CatchUp {
  std::uint32_t request = 0;
  ArchiveId archive{};         // that `after` belongs to
  std::uint64_t after = 0;     // the last position that the asker has
  std::uint32_t window_s = 0;  // how far back to start when `archive` is not the store's
};

struct PageEntry {
  std::uint32_t age_ms = 0;
  std::uint16_t shard = 0;
  ByteView encoded;
};

struct Page {
  std::uint32_t request = 0;
  ArchiveId archive{};
  std::uint64_t next = 0;  // ask for what is after this
  bool more = false;       // false: everything after `next` comes by itself on this link
  std::vector<PageEntry> entries;
};

struct Query {
  std::uint32_t request = 0;
  std::uint16_t limit = 20;
  bool forward = true;
  std::optional<std::int64_t> start_ns;
  std::optional<std::int64_t> end_ns;
  std::optional<MessageHash> cursor;
  std::vector<std::string> content_topics;
};

struct QueryResult {
  std::uint32_t request = 0;
  std::uint8_t status = 0;  // 0: a page; else 1 + the error code
  std::string error;        // for people, when status is not 0
  std::optional<MessageHash> cursor;
  std::vector<PageEntry> entries;
};

using Frame = std::variant<Hello, Goodbye, Ping, Pong, Relayed, Ack, CatchUp, Page, Query, QueryResult>;

// The whole frame with its header.
Bytes encode_frame(const Frame& frame);

// `type` and `body` as the header gave them. Errors: UNIMPLEMENTED `waku.unknown_frame` for a type from the future,
// which a node skips; INVALID_ARGUMENT `waku.bad_frame` when truncated, too long or out of range.
Result<Frame> decode_frame(std::uint8_t type, ByteView body);

}  // namespace status::waku::mesh
