#include "services/host/store/durable_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "services/host/store/meta.h"

namespace status::store {
namespace {

constexpr std::size_t kMaxScanned = 10'000;
constexpr std::size_t kMaxName = 32;

constexpr const char* kHeads =
    "CREATE TABLE store_log (name TEXT PRIMARY KEY, epoch TEXT NOT NULL, "
    "last_seq INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID";
constexpr const char* kConsumers =
    "CREATE TABLE store_consumer (log TEXT NOT NULL, consumer TEXT NOT NULL, "
    "seq INTEGER NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY (log, consumer)) WITHOUT ROWID";

bool good_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kMaxName && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, allowed);
}

bool below(std::string_view topic, std::string_view prefix) {
  return topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '.');
}

bool wanted(std::string_view topic, const std::vector<std::string>& topics) {
  return topics.empty() || std::ranges::any_of(topics, [&](const std::string& prefix) { return below(topic, prefix); });
}

Error bad_cursor(Code code, std::string message) { return make_error(code, "ipc.bad_cursor", std::move(message)); }

}  // namespace

DurableLog::DurableLog(Database& database, std::string name, LogOptions options)
    : database_(database),
      name_(std::move(name)),
      table_("store_log_" + name_),
      options_(options),
      insert_("INSERT INTO " + table_ +
              " (seq, time_ms, topic, generation, trace, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      select_("SELECT seq, topic, time_ms, generation, trace, data FROM " + table_ +
              " WHERE seq > ?1 ORDER BY seq LIMIT ?2"),
      first_("SELECT min(seq) FROM " + table_),
      measure_("SELECT sum(length(data)) FROM " + table_ + " WHERE seq <= ?1"),
      delete_("DELETE FROM " + table_ + " WHERE seq <= ?1"),
      reach_("SELECT seq, length(data) FROM " + table_ + " ORDER BY seq") {}

Result<std::unique_ptr<DurableLog>> DurableLog::open(Database& database, std::string name, LogOptions options,
                                                     Random& random) {
  if (!good_name(name)) return fail(Code::internal, "store.bad_name", "'" + name + "' is no name for a log");
  std::unique_ptr<DurableLog> log(new DurableLog(database, std::move(name), options));
  if (Status loaded = log->load(random); !loaded) return fail(loaded.error());
  return log;
}

Status DurableLog::load(Random& random) {
  if (Status heads = ensure_table(database_, "store_log", kHeads); !heads) return heads;
  if (Status consumers = ensure_table(database_, "store_consumer", kConsumers); !consumers) return consumers;
  std::array<std::uint8_t, 8> epoch;
  random.fill(epoch);
  Status entries = ensure_table(database_, table_,
                                "CREATE TABLE " + table_ +
                                    " (seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, time_ms INTEGER NOT NULL, "
                                    "generation INTEGER NOT NULL, trace BLOB, data BLOB NOT NULL);"
                                    "INSERT INTO store_log (name, epoch, last_seq, bytes) VALUES ('" +
                                    name_ + "', '" + to_hex(epoch) + "', 0, 0)");
  if (!entries) return entries;
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  Result<Statement> row = tx->query("SELECT epoch FROM store_log WHERE name = ?1", {name_});
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found)
    return fail(Code::data_loss, "store.damaged", database_.path() + ": the head of log " + name_ + " is gone");
  epoch_ = row->text(0);
  return {};
}

Result<DurableLog::Head> DurableLog::head(Transaction& tx) {
  Result<Statement> row = tx.query("SELECT last_seq, bytes FROM store_log WHERE name = ?1", {name_});
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found)
    return fail(Code::data_loss, "store.damaged", database_.path() + ": the head of log " + name_ + " is gone");
  Head head;
  head.last = static_cast<std::uint64_t>(row->int64(0));
  head.bytes = static_cast<std::uint64_t>(row->int64(1));
  const auto first = tx.integer(first_);
  if (!first) return fail(first.error());
  head.first = *first ? static_cast<std::uint64_t>(**first) : head.last + 1;
  return head;
}

Result<std::uint64_t> DurableLog::append(Transaction& tx, const NewLogEntry& entry) {
  const Result<Head> before = head(tx);
  if (!before) return fail(before.error());
  const Result<std::uint64_t> freed = enforce_limits(tx, *before, entry.data.size());
  if (!freed) return fail(freed.error());
  const std::uint64_t seq = before->last + 1;
  const Param trace = entry.trace.empty() ? Param(nullptr) : Param(entry.trace);
  const auto inserted =
      tx.run(insert_, {seq, database_.clock().unix_ms(), entry.topic, entry.generation, trace, entry.data});
  if (!inserted) return fail(inserted.error());
  const auto moved = tx.run("UPDATE store_log SET last_seq = ?2, bytes = ?3 WHERE name = ?1",
                            {name_, seq, before->bytes - *freed + entry.data.size()});
  if (!moved) return fail(moved.error());
  if (observer_) tx.on_commit([this, seq] { observer_(seq); });
  return seq;
}

void DurableLog::on_append(std::function<void(std::uint64_t)> observer) { observer_ = std::move(observer); }

Result<LogPage> DurableLog::read(const LogPosition& after, std::size_t max, const std::vector<std::string>& topics) {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  const Result<Head> now = head(*tx);
  if (!now) return fail(now.error());
  const bool from_oldest = after.oldest || after.reset;
  const std::uint64_t position = from_oldest ? now->first - 1 : after.seq;
  LogPage page;
  page.lagged = position + 1 < now->first ? now->first - 1 - position : 0;
  page.next = std::max(position, now->first - 1);
  Result<Statement> rows = tx->query(select_, {page.next, kMaxScanned});
  if (!rows) return fail(rows.error());
  std::size_t bytes = 0;
  while (page.entries.size() < max) {
    const Result<bool> more = rows->next();
    if (!more) return fail(more.error());
    if (!*more) break;
    const auto seq = static_cast<std::uint64_t>(rows->int64(0));
    LogEntry entry;
    entry.seq = seq;
    entry.topic = rows->text(1);
    if (wanted(entry.topic, topics)) {
      entry.data = rows->bytes(5);
      bytes += entry.data.size();
      if (bytes > kPageBytes && !page.entries.empty()) break;
      entry.time_ms = rows->int64(2);
      entry.generation = static_cast<std::uint64_t>(rows->int64(3));
      entry.trace = rows->bytes(4);
      page.entries.push_back(std::move(entry));
    }
    page.next = seq;
  }
  return page;
}

Result<std::uint64_t> DurableLog::last() {
  Result<Transaction> tx = database_.read();
  if (!tx) return fail(tx.error());
  const Result<Head> now = head(*tx);
  if (!now) return fail(now.error());
  return now->last;
}

Result<DurableLog::Size> DurableLog::size() {
  Result<Transaction> tx = database_.try_read();
  if (!tx) return fail(tx.error());
  const Result<Head> now = head(*tx);
  if (!now) return fail(now.error());
  const auto all = acknowledged_by_all(*tx);
  if (!all) return fail(all.error());
  return Size{now->last + 1 - now->first, now->bytes, now->last - all->value_or(now->last)};
}

std::string DurableLog::cursor(std::uint64_t seq) const { return epoch_ + "-" + std::to_string(seq); }

Result<LogPosition> DurableLog::parse_cursor(std::string_view text) {
  if (text == "0") return LogPosition{0, true, false};
  const std::size_t dash = text.find('-');
  const std::string_view digits = dash == std::string_view::npos ? std::string_view() : text.substr(dash + 1);
  std::uint64_t seq = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return fail(bad_cursor(Code::invalid_argument, "the cursor is none that this stream gave out"));
  }
  const Result<std::uint64_t> newest = last();
  if (!newest) return fail(newest.error());
  // Ahead of the newest: the database was put back to an older copy.
  if (text.substr(0, dash) != epoch_ || seq > *newest) return LogPosition{0, false, true};
  return LogPosition{seq, false, false};
}

}  // namespace status::store
