// Items of durable streams that killed their consumer, in the module's own database: the table `store_quarantine`.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/host/store/database.h"

namespace status::host {

// The newest stay: an item costs at most what its stream lets one item have (150 KiB in waku), and a node on which a
// thousand items have killed something needs a new version, not a bigger table.
inline constexpr std::uint64_t kMaxQuarantined = 1'000;

struct QuarantinedItem {
  std::int64_t id = 0;
  std::string stream;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;  // of the quarantine, Unix milliseconds
  std::uint32_t deaths = 0;
  std::uint64_t size = 0;  // bytes
};

// Inside the caller's transactions; errors are the store's.
namespace quarantine_table {

// Outside any transaction. Writes only when the table is not there.
Status create(store::Database& database);
struct Added {
  std::int64_t id = 0;
  std::uint64_t pushed_out = 0;  // the oldest, which went because there were too many
};
// `identity`: what copies of it have in common.
Result<Added> add(store::Transaction& tx, const QuarantinedItem& item, ByteView identity, ByteView content);
// Oldest first.
Result<std::vector<QuarantinedItem>> all(store::Transaction& tx);
Result<std::uint64_t> count(store::Transaction& tx);
struct Found {
  QuarantinedItem item;
  Bytes content;
};
Result<std::optional<Found>> find(store::Transaction& tx, std::int64_t id);
Status count_death(store::Transaction& tx, std::int64_t id);
Status remove(store::Transaction& tx, std::int64_t id);
// Keeps only the identity; it is no longer one of the items above.
Status drop(store::Transaction& tx, std::int64_t id);
// Of all, the dropped ones among them.
Result<std::set<Bytes>> identities(store::Transaction& tx);

}  // namespace quarantine_table
}  // namespace status::host
