// Events that survive: an append-only log in the module's database, read by cursor and acknowledged by moving it
// (WIRE.md section 3). The entry and the effect that it tells of commit together.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/random.h"
#include "services/host/store/database.h"

namespace status::store {

struct LogOptions {
  // Newest entries that stay although every consumer has acknowledged them.
  std::uint64_t keep_acknowledged = 1'000;
  // The oldest entries beyond these go, acknowledged or not; readers then see `lagged`.
  std::uint64_t max_entries = 100'000;
  std::uint64_t max_bytes = 256ULL << 20;  // of data
  std::chrono::hours consumer_unseen{30 * 24};
};

struct NewLogEntry {
  std::string_view topic{};
  std::uint64_t generation = 0;  // of the process that emits it
  ByteView trace{};              // empty: none
  ByteView data{};
};

struct LogEntry {
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;  // Unix milliseconds of the append
  std::string topic;
  std::uint64_t generation = 0;
  Bytes trace;
  Bytes data;
};

// Where a reader stands.
struct LogPosition {
  std::uint64_t seq = 0;  // of the last entry that it has
  bool oldest = false;    // it asked for the oldest kept
  bool reset = false;  // its cursor is of another database (or a newer copy of this one): it starts at the oldest kept
};

struct LogPage {
  std::vector<LogEntry> entries;
  std::uint64_t next = 0;    // all up to here was looked at: the reader's new position
  std::uint64_t lagged = 0;  // entries of any topic between the position and the oldest kept
};

// Any thread. Outlived by its database.
class DurableLog {
 public:
  static constexpr std::size_t kPageBytes = 4 << 20;  // of data; one entry may exceed it

  // `name` is [a-z][a-z0-9_]{0,31}. Creates its table; draws the epoch that marks this log's cursors.
  static Result<std::unique_ptr<DurableLog>> open(Database& database, std::string name, LogOptions options,
                                                  Random& random);

  // The sequence number: 1, 2, 3 … without a gap, in the order of commits. Never used twice, even when all entries are
  // gone.
  Result<std::uint64_t> append(Transaction& tx, const NewLogEntry& entry);

  // Told the newest sequence number after the commit of each append, on the committing thread. Set before the first
  // append.
  void on_append(std::function<void(std::uint64_t)> observer);

  // Up to `max` entries after the position whose topic is one of `topics` or below one of them by a whole dotted
  // prefix; no topics: all. Ends early at kPageBytes or after 10,000 entries looked at.
  Result<LogPage> read(const LogPosition& after, std::size_t max, const std::vector<std::string>& topics = {});
  // The newest sequence number, 0 in a new log.
  Result<std::uint64_t> last();

  // Cursors are opaque to others: "<epoch>-<seq>". "0" is the oldest kept. INVALID_ARGUMENT (`ipc.bad_cursor`) for
  // anything else.
  std::string cursor(std::uint64_t seq) const;
  Result<LogPosition> parse_cursor(std::string_view text);

  // Commits (FULL) that `consumer` has everything up to `seq` before it returns, and marks it as seen. The first one
  // registers it. Moving back is allowed. Entries that all consumers have acknowledged may go. OUT_OF_RANGE
  // (`ipc.bad_cursor`) beyond the newest. A poll that acknowledges nothing new costs no fsync.
  Status acknowledge(const std::string& consumer, std::uint64_t seq);
  // Empty for an unknown consumer.
  Result<std::optional<std::uint64_t>> acknowledged(const std::string& consumer);
  // Forgets the consumers unseen for longer than `consumer_unseen`; which. Call it now and then.
  Result<std::vector<std::string>> drop_unseen();

  // Entries that the limits removed before everybody had them, since this object was made.
  std::uint64_t dropped() const { return dropped_; }
  struct Size {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t lag = 0;  // entries that the slowest consumer has not acknowledged; 0 without consumers
  };
  // ABORTED (`store.busy`) while the database is in use: never waits.
  Result<Size> size();

 private:
  struct Head {
    std::uint64_t first = 0;  // oldest kept; last + 1 in an empty log
    std::uint64_t last = 0;
    std::uint64_t bytes = 0;
  };
  DurableLog(Database& database, std::string name, LogOptions options);
  Status load(Random& random);
  Result<Head> head(Transaction& tx);
  Result<std::optional<std::uint64_t>> acknowledged_by_all(Transaction& tx);
  // Removes entries up to `seq` and returns the bytes they had.
  Result<std::uint64_t> remove_up_to(Transaction& tx, const Head& head, std::uint64_t seq);
  Status trim_acknowledged(Transaction& tx);
  Result<std::uint64_t> enforce_limits(Transaction& tx, const Head& head, std::uint64_t more_bytes);

  Database& database_;
  const std::string name_;
  const std::string table_;
  const LogOptions options_;
  // The statements that name the table, put together once.
  const std::string insert_, select_, first_, measure_, delete_, reach_;
  std::string epoch_;
  std::function<void(std::uint64_t)> observer_;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace status::store
