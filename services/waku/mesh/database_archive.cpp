#include "services/waku/mesh/database_archive.h"

#include <algorithm>
#include <fstream>
#include <limits>

namespace status::waku::mesh {
namespace {

using store::Durability;
using store::Statement;
using store::Transaction;

// More than power loss can take: SQLite writes its log back to the file every 1,000 pages.
constexpr std::int64_t kPositionsPerBoot = 1 << 20;
constexpr std::int64_t kKeptCursors = 1'000;  // peers can make up any number of identities

constexpr const char* kSchema = R"(
  CREATE TABLE mesh_message (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    shard INTEGER NOT NULL,
    timestamp_ns INTEGER NOT NULL,
    content_topic TEXT NOT NULL,
    arrived_ms INTEGER NOT NULL,
    own INTEGER NOT NULL,
    size INTEGER NOT NULL,
    encoded BLOB NOT NULL);
  CREATE INDEX mesh_message_time ON mesh_message (timestamp_ns, hash);
  CREATE INDEX mesh_message_topic ON mesh_message (content_topic, timestamp_ns, hash);
  CREATE INDEX mesh_message_arrival ON mesh_message (arrived_ms, size);
  CREATE TABLE mesh_cursor (
    peer BLOB PRIMARY KEY, archive BLOB NOT NULL, position INTEGER NOT NULL, touched INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE mesh_archive (
    only INTEGER PRIMARY KEY CHECK (only = 0), id BLOB NOT NULL, boot TEXT NOT NULL, base INTEGER NOT NULL);
)";

constexpr const char* kColumns = "position, hash, shard, arrived_ms, own, encoded";

template <std::size_t N>
std::array<std::uint8_t, N> array_of(ByteView bytes) {
  std::array<std::uint8_t, N> out{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
  return out;
}

Record record_of(const Statement& row) {
  return {static_cast<std::uint64_t>(row.int64(0)),
          array_of<32>(row.view(1)),
          static_cast<std::uint16_t>(row.int64(2)),
          row.int64(3),
          row.int64(4) != 0,
          row.bytes(5)};
}

// A place in the order of store queries.
struct QueryKey {
  std::int64_t timestamp_ns = 0;
  Bytes hash;
  std::int64_t position = 0;

  bool operator<(const QueryKey& other) const {
    return std::tie(timestamp_ns, hash) < std::tie(other.timestamp_ns, other.hash);
  }
};

// Where the page begins: just after the cursor, or before everything in the direction of the query.
Result<QueryKey> starting_point(Transaction& tx, const StoreQuery& query) {
  if (!query.cursor) {
    return query.forward ? QueryKey{std::numeric_limits<std::int64_t>::min(), {}, 0}
                         : QueryKey{std::numeric_limits<std::int64_t>::max(), Bytes(33, 0xff), 0};
  }
  const auto timestamp = tx.integer("SELECT timestamp_ns FROM mesh_message WHERE hash = ?1", {ByteView(*query.cursor)});
  if (!timestamp) return fail(timestamp.error());
  if (!*timestamp) {
    return fail(Code::not_found, "waku.unknown_cursor",
                "the message that the cursor names is not in the store any more");
  }
  return QueryKey{**timestamp, to_bytes(*query.cursor), 0};
}

// Up to `limit` keys after `from`, of one topic or of all.
Status collect(Transaction& tx, const StoreQuery& query, const std::string* topic, const QueryKey& from,
               std::size_t limit, std::vector<QueryKey>& keys) {
  std::string sql = "SELECT timestamp_ns, hash, position FROM mesh_message WHERE timestamp_ns BETWEEN ?1 AND ?2 AND ";
  sql += query.forward ? "(timestamp_ns, hash) > (?3, ?4)" : "(timestamp_ns, hash) < (?3, ?4)";
  if (topic != nullptr) sql += " AND content_topic = ?6";
  sql += query.forward ? " ORDER BY timestamp_ns, hash LIMIT ?5" : " ORDER BY timestamp_ns DESC, hash DESC LIMIT ?5";
  const std::int64_t start = query.start_ns.value_or(std::numeric_limits<std::int64_t>::min());
  const std::int64_t end = query.end_ns.value_or(std::numeric_limits<std::int64_t>::max());
  Result<Statement> rows = topic == nullptr ? tx.query(sql, {start, end, from.timestamp_ns, from.hash, limit})
                                            : tx.query(sql, {start, end, from.timestamp_ns, from.hash, limit, *topic});
  if (!rows) return fail(rows.error());
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) keys.push_back({rows->int64(0), rows->bytes(1), rows->int64(2)});
  if (!row) return fail(row.error());
  return {};
}

// One key more than the page may have, so that it is known whether more follows.
Result<std::vector<QueryKey>> keys_of(Transaction& tx, const StoreQuery& query) {
  const Result<QueryKey> from = starting_point(tx, query);
  if (!from) return fail(from.error());
  const std::size_t limit = std::size_t{query.limit} + 1;
  std::vector<QueryKey> keys;
  std::vector<std::string> topics = query.content_topics;
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  if (topics.empty()) {
    if (Status collected = collect(tx, query, nullptr, *from, limit, keys); !collected) return fail(collected.error());
  }
  for (const std::string& topic : topics) {
    if (Status collected = collect(tx, query, &topic, *from, limit, keys); !collected) return fail(collected.error());
  }
  std::sort(keys.begin(), keys.end());
  if (!query.forward) std::reverse(keys.begin(), keys.end());
  if (keys.size() > limit) keys.resize(limit);
  return keys;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Result<std::uint64_t> position_of(Transaction& tx, const MessageHash& hash) {
  const auto position = tx.integer("SELECT position FROM mesh_message WHERE hash = ?1", {ByteView(hash)});
  if (!position) return fail(position.error());
  return static_cast<std::uint64_t>(position->value_or(0));
}

}  // namespace

store::Migration archive_migration(int version) { return store::sql_migration(version, "mesh archive", kSchema); }

Result<std::unique_ptr<DatabaseArchive>> DatabaseArchive::open(store::Database& database, Random& random,
                                                               const std::string& boot_id_path) {
  std::unique_ptr<DatabaseArchive> archive(new DatabaseArchive(database));
  if (Status loaded = archive->load(random, first_line(boot_id_path)); !loaded) return fail(loaded.error());
  return archive;
}

Status DatabaseArchive::load(Random& random, const std::string& boot_id) {
  boot_ = boot_id;
  {
    Result<Transaction> tx = database_.read();
    if (!tx) return fail(tx.error());
    if (Status counted = load_totals(*tx); !counted) return counted;
    if (Status loaded = load_head(*tx); !loaded) return loaded;
  }
  if (id_ != ArchiveId{}) {
    // In memory alone: a node starts on a full disk too.
    if (noted_boot_ != boot_) head_ += kPositionsPerBoot;
    return {};
  }
  random.fill(id_);
  Result<Transaction> tx = database_.write(Durability::full);
  if (!tx) return fail(tx.error());
  if (Status noted = note_boot(*tx); !noted) return noted;
  if (Status committed = tx->commit(); !committed) return committed;
  noted_boot_ = boot_;
  return {};
}

// Leaves the id zero at the first start.
Status DatabaseArchive::load_head(Transaction& tx) {
  const auto last = tx.integer("SELECT max(seq) FROM sqlite_sequence WHERE name = 'mesh_message'");
  if (!last) return fail(last.error());
  head_ = static_cast<std::uint64_t>(last->value_or(0));
  Result<Statement> row = tx.query("SELECT id, boot, base FROM mesh_archive");
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found) return {};
  id_ = array_of<16>(row->view(0));
  noted_boot_ = row->text(1);
  head_ = std::max(head_, static_cast<std::uint64_t>(row->int64(2)));
  return {};
}

Status DatabaseArchive::note_boot(Transaction& tx) {
  const auto kept = tx.run("INSERT OR REPLACE INTO mesh_archive (only, id, boot, base) VALUES (0, ?1, ?2, ?3)",
                           {ByteView(id_), boot_, head_});
  if (!kept) return fail(kept.error());
  return {};
}

Status DatabaseArchive::load_totals(Transaction& tx) {
  Result<Statement> row =
      tx.query("SELECT count(*), coalesce(sum(size), 0) FROM mesh_message INDEXED BY mesh_message_arrival");
  if (!row) return fail(row.error());
  if (const Result<bool> found = row->next(); !found) return fail(found.error());
  totals_ = {static_cast<std::uint64_t>(row->int64(0)), static_cast<std::uint64_t>(row->int64(1))};
  return {};
}

Result<MessageArchive::Inserted> DatabaseArchive::insert(const NewRecord& record) {
  // The first of a boot is FULL: after a power loss in it the next one has to know where its positions began.
  const bool first = noted_boot_ != boot_;
  Result<Transaction> tx = database_.write(first ? Durability::full : Durability::normal);
  if (!tx) return fail(tx.error());
  if (first) {
    if (Status noted = note_boot(*tx); !noted) return fail(noted.error());
  }
  const auto changed = tx->run(
      "INSERT OR IGNORE INTO mesh_message (position, hash, shard, timestamp_ns, content_topic, arrived_ms, own, size, "
      "encoded) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      {head_ + 1, ByteView(record.hash), record.shard, record.timestamp_ns, record.content_topic, record.arrived_ms,
       record.own, record.encoded.size(), record.encoded});
  if (!changed) return fail(changed.error());
  if (*changed == 0) {
    const Result<std::uint64_t> known = position_of(*tx, record.hash);
    return known ? Result<Inserted>(Inserted{*known, false}) : fail(known.error());
  }
  if (Status committed = tx->commit(); !committed) return fail(committed.error());
  if (first) noted_boot_ = boot_;
  ++totals_.messages;
  totals_.bytes += record.encoded.size();
  return Inserted{++head_, true};
}

Result<std::vector<std::uint64_t>> DatabaseArchive::positions_of(const std::vector<MessageHash>& hashes) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  std::vector<std::uint64_t> out;
  for (const MessageHash& hash : hashes) {
    const Result<std::uint64_t> position = position_of(*tx, hash);
    if (!position) return fail(position.error());
    out.push_back(*position);
  }
  return out;
}

Result<Batch> DatabaseArchive::after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  // The plus keeps the planner on the primary key, whose order is wanted.
  static const std::string kSql =
      std::string("SELECT ") + kColumns +
      " FROM mesh_message WHERE position > ?1 AND +arrived_ms >= ?2 ORDER BY position LIMIT ?3";
  Result<Statement> rows = tx->query(kSql, {position, oldest_ms, limit.messages + 1});
  if (!rows) return fail(rows.error());
  Batch batch{{}, position, false};
  std::size_t bytes = 0;
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) {
    bytes += rows->view(5).size();
    const bool full = batch.records.size() == limit.messages || bytes > limit.bytes;
    if (full && !batch.records.empty()) {
      batch.more = true;
      return batch;
    }
    batch.records.push_back(record_of(*rows));
    batch.next = batch.records.back().position;
  }
  if (!row) return fail(row.error());
  batch.next = std::max(position, head_);
  return batch;
}

Result<QueryBatch> DatabaseArchive::query(const StoreQuery& query, std::size_t max_bytes) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  const Result<std::vector<QueryKey>> keys = keys_of(*tx, query);
  if (!keys) return fail(keys.error());
  static const std::string kSql = std::string("SELECT ") + kColumns + " FROM mesh_message WHERE position = ?1";
  QueryBatch batch;
  std::size_t bytes = 0;
  for (const QueryKey& key : *keys) {
    Result<Statement> row = tx->query(kSql, {key.position});
    if (!row) return fail(row.error());
    if (const Result<bool> found = row->next(); !found) return fail(found.error());
    bytes += row->view(5).size();
    const bool full = batch.records.size() == query.limit || bytes > max_bytes;
    if (full && !batch.records.empty()) {
      batch.more = true;
      break;
    }
    batch.records.push_back(record_of(*row));
  }
  return batch;
}

Status DatabaseArchive::expire(std::int64_t oldest_ms, std::uint64_t max_bytes) {
  Result<Transaction> tx = database_.write(Durability::normal);
  if (!tx) return fail(tx.error());
  ArchiveTotals left = totals_;
  if (Status done = expire_old(*tx, oldest_ms, left); !done) return done;
  if (Status done = expire_excess(*tx, max_bytes, left); !done) return done;
  const auto trimmed =
      tx->run("DELETE FROM mesh_cursor WHERE peer NOT IN (SELECT peer FROM mesh_cursor ORDER BY touched DESC LIMIT ?1)",
              {kKeptCursors});
  if (!trimmed) return fail(trimmed.error());
  if (Status committed = tx->commit(); !committed) return committed;
  totals_ = left;
  return {};
}

Status DatabaseArchive::expire_old(Transaction& tx, std::int64_t oldest_ms, ArchiveTotals& left) {
  const auto bytes = tx.integer(
      "SELECT sum(size) FROM mesh_message INDEXED BY mesh_message_arrival WHERE arrived_ms < ?1", {oldest_ms});
  if (!bytes) return fail(bytes.error());
  const auto deleted = tx.run("DELETE FROM mesh_message WHERE arrived_ms < ?1", {oldest_ms});
  if (!deleted) return fail(deleted.error());
  left.messages -= static_cast<std::uint64_t>(*deleted);
  left.bytes -= static_cast<std::uint64_t>(bytes->value_or(0));
  return {};
}

Status DatabaseArchive::expire_excess(Transaction& tx, std::uint64_t max_bytes, ArchiveTotals& left) {
  if (left.bytes <= max_bytes) return {};
  std::int64_t last = 0;
  {
    Result<Statement> rows = tx.query("SELECT position, size FROM mesh_message ORDER BY position");
    if (!rows) return fail(rows.error());
    while (left.bytes > max_bytes) {
      const Result<bool> row = rows->next();
      if (!row) return fail(row.error());
      if (!*row) break;
      last = rows->int64(0);
      left.bytes -= static_cast<std::uint64_t>(rows->int64(1));
    }
  }
  const auto deleted = tx.run("DELETE FROM mesh_message WHERE position <= ?1", {last});
  if (!deleted) return fail(deleted.error());
  left.messages -= static_cast<std::uint64_t>(*deleted);
  return {};
}

Result<std::optional<PeerCursor>> DatabaseArchive::cursor(const PeerId& peer) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  Result<Statement> row = tx->query("SELECT archive, position FROM mesh_cursor WHERE peer = ?1", {ByteView(peer)});
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found) return std::optional<PeerCursor>();
  return std::optional(PeerCursor{array_of<16>(row->view(0)), static_cast<std::uint64_t>(row->int64(1))});
}

Status DatabaseArchive::set_cursor(const PeerId& peer, const PeerCursor& cursor) {
  Result<Transaction> tx = database_.write(Durability::normal);
  if (!tx) return fail(tx.error());
  const auto done =
      tx->run("INSERT OR REPLACE INTO mesh_cursor (peer, archive, position, touched) VALUES (?1, ?2, ?3, ?4)",
              {ByteView(peer), ByteView(cursor.archive), cursor.position, database_.clock().unix_ms()});
  if (!done) return fail(done.error());
  return tx->commit();
}

}  // namespace status::waku::mesh
