// The store of a node: every message that is not ephemeral, of all shards, in the order of arrival. It is what peers
// catch up from, what store queries read, what suppresses duplicates for good, and what the service replays after a
// restart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "services/waku/backend.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/peer_address.h"

namespace status::waku::mesh {

struct NewRecord {
  MessageHash hash{};
  std::uint16_t shard = 0;
  std::int64_t timestamp_ns = 0;
  std::string_view content_topic;
  std::int64_t arrived_ms = 0;  // Unix, our clock, less the time that other nodes had it
  bool own = false;             // sent by this node
  ByteView encoded;             // as it travels
};

struct Record {
  std::uint64_t position = 0;  // 1, 2, 3 … in the order of insertion; never used twice
  MessageHash hash{};
  std::uint16_t shard = 0;
  std::int64_t arrived_ms = 0;
  bool own = false;
  Bytes encoded;
};

struct Batch {
  std::vector<Record> records;
  std::uint64_t next = 0;  // the last position that was looked at
  bool more = false;       // there is something after `next`
};

struct BatchLimit {
  std::size_t messages = 1;
  std::size_t bytes = 0;  // of messages; the first one always fits
};

struct QueryBatch {
  std::vector<Record> records;
  bool more = false;
};

// How far this node has read a peer's store.
struct PeerCursor {
  ArchiveId archive{};
  std::uint64_t position = 0;
};

struct ArchiveTotals {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

// Used by one thread. Errors are those of the disk and the database. What a function that changes something has
// returned survives the death of the process.
class MessageArchive {
 public:
  virtual ~MessageArchive() = default;

  virtual ArchiveId id() const = 0;
  virtual std::uint64_t head() const = 0;  // the highest position ever given out
  virtual ArchiveTotals totals() const = 0;

  struct Inserted {
    std::uint64_t position = 0;
    bool fresh = true;  // false: the hash was there already, at this position
  };
  virtual Result<Inserted> insert(const NewRecord& record) = 0;
  // Of each of these messages, in their order; 0: it is not there.
  virtual Result<std::vector<std::uint64_t>> positions_of(const std::vector<MessageHash>& hashes) = 0;
  // What comes after `position` and arrived at `oldest_ms` or later, ascending.
  virtual Result<Batch> after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) = 0;
  // By time stamp, then hash; `query.limit` and `max_bytes` bound it, the first one always fits.
  // NOT_FOUND `waku.unknown_cursor` when the message that the cursor names is gone.
  virtual Result<QueryBatch> query(const StoreQuery& query, std::size_t max_bytes) = 0;
  // Forgets what arrived before `oldest_ms`, then the oldest until at most `max_bytes` are left.
  virtual Status expire(std::int64_t oldest_ms, std::uint64_t max_bytes) = 0;

  virtual Result<std::optional<PeerCursor>> cursor(const PeerId& peer) = 0;
  virtual Status set_cursor(const PeerId& peer, const PeerCursor& cursor) = 0;
};

}  // namespace status::waku::mesh
