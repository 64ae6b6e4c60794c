// The part of DurableLog that decides what may go: consumers, acknowledgements, limits.
#include <algorithm>
#include <utility>

#include "services/host/store/durable_log.h"

namespace status::store {
namespace {

// How old the mark of an idle consumer may get; renewing it costs a commit.
constexpr std::int64_t kSeenStepMs = std::chrono::milliseconds(std::chrono::hours(1)).count();

}  // namespace

Status DurableLog::acknowledge(const std::string& consumer, std::uint64_t seq) {
  const std::int64_t now = database_.clock().unix_ms();
  {
    Result<Transaction> tx = database_.read();
    if (!tx) return fail(tx.error());
    Result<Statement> row =
        tx->query("SELECT seq, seen_ms FROM store_consumer WHERE log = ?1 AND consumer = ?2", {name_, consumer});
    if (!row) return fail(row.error());
    const Result<bool> known = row->next();
    if (!known) return fail(known.error());
    if (*known && static_cast<std::uint64_t>(row->int64(0)) == seq && now - row->int64(1) < kSeenStepMs) return {};
  }
  Result<Transaction> tx = database_.write(Durability::full);
  if (!tx) return fail(tx.error());
  const Result<Head> newest = head(*tx);
  if (!newest) return fail(newest.error());
  if (seq > newest->last) {
    return fail(
        Code::out_of_range, "ipc.bad_cursor",
        "the acknowledged entry " + std::to_string(seq) + " is newer than the newest, " + std::to_string(newest->last));
  }
  const auto set =
      tx->run("INSERT OR REPLACE INTO store_consumer (log, consumer, seq, seen_ms) VALUES (?1, ?2, ?3, ?4)",
              {name_, consumer, seq, now});
  if (!set) return fail(set.error());
  if (Status trimmed = trim_acknowledged(*tx); !trimmed) return trimmed;
  return tx->commit();
}

Result<std::optional<std::uint64_t>> DurableLog::acknowledged(const std::string& consumer) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  const auto seq = tx->integer("SELECT seq FROM store_consumer WHERE log = ?1 AND consumer = ?2", {name_, consumer});
  if (!seq) return fail(seq.error());
  if (!*seq) return std::optional<std::uint64_t>{};
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(**seq));
}

Result<std::vector<std::string>> DurableLog::drop_unseen() {
  const std::int64_t oldest = database_.clock().unix_ms() - std::chrono::milliseconds(options_.consumer_unseen).count();
  std::vector<std::string> gone;
  {
    Result<Transaction> tx = database_.read();
    if (!tx) return fail(tx.error());
    Result<Statement> rows = tx->query(
        "SELECT consumer FROM store_consumer WHERE log = ?1 AND seen_ms < ?2 ORDER BY consumer", {name_, oldest});
    if (!rows) return fail(rows.error());
    while (true) {
      const Result<bool> more = rows->next();
      if (!more) return fail(more.error());
      if (!*more) break;
      gone.push_back(rows->text(0));
    }
  }
  if (gone.empty()) return gone;
  Result<Transaction> tx = database_.write(Durability::full);
  if (!tx) return fail(tx.error());
  for (auto it = gone.begin(); it != gone.end();) {
    // One that was seen in between stays.
    const auto deleted =
        tx->run("DELETE FROM store_consumer WHERE log = ?1 AND consumer = ?2 AND seen_ms < ?3", {name_, *it, oldest});
    if (!deleted) return fail(deleted.error());
    it = *deleted == 0 ? gone.erase(it) : it + 1;
  }
  if (Status trimmed = trim_acknowledged(*tx); !trimmed) return fail(trimmed.error());
  if (Status committed = tx->commit(); !committed) return fail(committed.error());
  return gone;
}

Result<std::optional<std::uint64_t>> DurableLog::acknowledged_by_all(Transaction& tx) {
  const auto seq = tx.integer("SELECT min(seq) FROM store_consumer WHERE log = ?1", {name_});
  if (!seq) return fail(seq.error());
  if (!*seq) return std::optional<std::uint64_t>{};
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(**seq));
}

Result<std::uint64_t> DurableLog::remove_up_to(Transaction& tx, const Head& head, std::uint64_t seq) {
  if (seq < head.first) return std::uint64_t{0};
  const auto bytes = tx.integer(measure_, {seq});
  if (!bytes) return fail(bytes.error());
  const auto deleted = tx.run(delete_, {seq});
  if (!deleted) return fail(deleted.error());
  return static_cast<std::uint64_t>(bytes->value_or(0));
}

Status DurableLog::trim_acknowledged(Transaction& tx) {
  const Result<Head> now = head(tx);
  if (!now) return fail(now.error());
  const auto all = acknowledged_by_all(tx);
  if (!all) return fail(all.error());
  if (!*all || now->last <= options_.keep_acknowledged) return {};
  const Result<std::uint64_t> freed = remove_up_to(tx, *now, std::min(**all, now->last - options_.keep_acknowledged));
  if (!freed) return fail(freed.error());
  if (*freed == 0) return {};
  const auto updated = tx.run("UPDATE store_log SET bytes = ?2 WHERE name = ?1", {name_, now->bytes - *freed});
  if (!updated) return fail(updated.error());
  return {};
}

Result<std::uint64_t> DurableLog::enforce_limits(Transaction& tx, const Head& head, std::uint64_t more_bytes) {
  std::uint64_t cut = 0;
  if (head.last + 1 - head.first >= options_.max_entries) cut = head.last + 1 - options_.max_entries;
  if (head.bytes + more_bytes > options_.max_bytes) {
    std::uint64_t bytes = head.bytes + more_bytes;
    Result<Statement> rows = tx.query(reach_);
    if (!rows) return fail(rows.error());
    while (bytes > options_.max_bytes) {
      const Result<bool> more = rows->next();
      if (!more) return fail(more.error());
      if (!*more) break;
      bytes -= static_cast<std::uint64_t>(rows->int64(1));
      cut = std::max(cut, static_cast<std::uint64_t>(rows->int64(0)));
    }
  }
  if (cut < head.first) return std::uint64_t{0};
  const auto all = acknowledged_by_all(tx);
  if (!all) return fail(all.error());
  const std::uint64_t kept_from = std::max(head.first, all->value_or(0) + 1);
  const std::uint64_t lost = cut >= kept_from ? cut - kept_from + 1 : 0;
  if (lost > 0) tx.on_commit([this, lost] { dropped_ += lost; });
  return remove_up_to(tx, head, cut);
}

}  // namespace status::store
