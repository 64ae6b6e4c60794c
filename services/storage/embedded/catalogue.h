// What the embedded backend knows of its datasets, in the module's database. Functions of one transaction; its errors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/host/store/migration.h"
#include "services/host/store/transaction.h"
#include "services/storage/backend.h"
#include "services/storage/embedded/block_cipher.h"

namespace status::storage::catalogue {

store::Migration migration(int version);

// The blocks that a tree is over, and the file that has them. Datasets that differ by name share one.
struct Tree {
  std::int64_t id = 0;
  Digest root{};
  FileId file{};
  std::uint64_t bytes = 0;  // of the dataset
  GroupShape shape;
};

Result<std::optional<Tree>> find_tree(store::Transaction& tx, const Digest& root);
Result<std::vector<Tree>> trees(store::Transaction& tx);
// The id of the new row.
Result<std::int64_t> add_tree(store::Transaction& tx, const Tree& tree);
Status set_file(store::Transaction& tx, std::int64_t tree, const FileId& file, const GroupShape& shape);

struct Row {
  Dataset dataset;
  Tree tree;
};

Result<std::optional<Row>> find(store::Transaction& tx, const Cid& cid);
Result<std::vector<Dataset>> list(store::Transaction& tx, std::uint64_t after, std::size_t limit);
// A dataset that is there keeps its place in the list; pin and expiry are those of the new one, but a pin stays.
Status put(store::Transaction& tx, const Dataset& dataset, std::int64_t tree, std::int64_t now_ms);
Status set_pin(store::Transaction& tx, const Cid& cid, bool pinned, std::optional<std::int64_t> expires_ms);
Status set_used(store::Transaction& tx, const Cid& cid, std::int64_t now_ms);
// The tree that was given up with it, if no other dataset has it.
Result<std::optional<Tree>> remove(store::Transaction& tx, const Row& row);
Result<std::uint64_t> count(store::Transaction& tx);

// At most `limit` datasets that are past their time.
Result<std::vector<Cid>> expired(store::Transaction& tx, std::int64_t now_ms, std::size_t limit);
Result<std::optional<std::int64_t>> next_expiry(store::Transaction& tx);
// The tree that is missed least: no dataset of it is pinned, and it was used longest ago.
Result<std::optional<Tree>> least_used(store::Transaction& tx);
Result<std::vector<Cid>> datasets_of(store::Transaction& tx, std::int64_t tree);
// Slots of the trees that could be evicted.
Result<std::uint64_t> evictable_slots(store::Transaction& tx);

struct Upload {
  UploadId id{};
  FileId file{};
  PutWish wish;
  std::optional<Digest> done;  // the dataset that it became
  std::int64_t touched_ms = 0;
};

Result<std::optional<Upload>> find_upload(store::Transaction& tx, const UploadId& id);
// Those that are not finished.
Result<std::vector<Upload>> uploads(store::Transaction& tx);
Status add_upload(store::Transaction& tx, const Upload& upload);
Status touch_upload(store::Transaction& tx, const UploadId& id, std::int64_t now_ms);
Status finish_upload(store::Transaction& tx, const UploadId& id, const Cid& cid, std::int64_t now_ms);
Status remove_upload(store::Transaction& tx, const UploadId& id);
// Those that became this dataset.
Status forget_uploads_of(store::Transaction& tx, const Cid& cid);
// Finished or not: nobody has said anything of them since then.
Result<std::vector<Upload>> idle_uploads(store::Transaction& tx, std::int64_t before_ms, std::size_t limit);

}  // namespace status::storage::catalogue
