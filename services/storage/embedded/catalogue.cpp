#include "services/storage/embedded/catalogue.h"

#include "services/storage/embedded/rows.h"

namespace status::storage::catalogue {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE storage_tree (
    id INTEGER PRIMARY KEY, root BLOB NOT NULL UNIQUE, file BLOB NOT NULL, bytes INTEGER NOT NULL,
    data_blocks INTEGER NOT NULL, parity_blocks INTEGER NOT NULL);
  CREATE TABLE storage_dataset (
    position INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, manifest BLOB NOT NULL,
    tree INTEGER NOT NULL REFERENCES storage_tree (id), pinned INTEGER NOT NULL, stored_ms INTEGER NOT NULL,
    expires_ms INTEGER, used_ms INTEGER NOT NULL);
  CREATE INDEX storage_dataset_tree ON storage_dataset (tree);
  CREATE INDEX storage_dataset_expires ON storage_dataset (expires_ms);
  CREATE TABLE storage_upload (
    id BLOB PRIMARY KEY, file BLOB NOT NULL, owner TEXT NOT NULL, filename TEXT NOT NULL, mimetype TEXT NOT NULL,
    bytes INTEGER, pinned INTEGER NOT NULL, ttl_ms INTEGER, touched_ms INTEGER NOT NULL, done BLOB,
    data_blocks INTEGER NOT NULL, parity_blocks INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX storage_upload_touched ON storage_upload (touched_ms);
)";

#define TREE_COLUMNS "t.id, t.root, t.file, t.bytes, t.data_blocks, t.parity_blocks"
#define DATASET_COLUMNS \
  "d.digest, d.manifest, d.pinned, d.stored_ms, d.expires_ms, d.position, t.data_blocks, t.parity_blocks"
#define DATASETS "storage_dataset d JOIN storage_tree t ON t.id = d.tree"
#define UPLOAD_COLUMNS \
  "id, file, owner, filename, mimetype, bytes, pinned, ttl_ms, done, touched_ms, data_blocks, parity_blocks"
// Of the trees that may go.
#define EVICTABLE \
  "storage_tree t WHERE NOT EXISTS (SELECT 1 FROM storage_dataset d WHERE d.tree = t.id AND d.pinned <> 0)"

GroupShape read_shape(const store::Statement& row, int at) {
  return {.data = static_cast<unsigned>(row.int64(at)), .parity = static_cast<unsigned>(row.int64(at + 1))};
}

Tree read_tree(const store::Statement& row, int at) {
  return {.id = row.int64(at),
          .root = array_at<32>(row, at + 1),
          .file = array_at<16>(row, at + 2),
          .bytes = unsigned_at(row, at + 3),
          .shape = read_shape(row, at + 4)};
}

Tree read_tree(const store::Statement& row) { return read_tree(row, 0); }

Dataset read_dataset(const store::Statement& row) {
  Dataset out;
  out.cid = {Codec::manifest, array_at<32>(row, 0)};
  if (Result<Manifest> manifest = Manifest::decode(row.view(1)); manifest) out.manifest = std::move(*manifest);
  out.pinned = row.int64(2) != 0;
  out.stored_ms = row.int64(3);
  out.expires_ms = optional_at(row, 4);
  out.position = unsigned_at(row, 5);
  out.shape = read_shape(row, 6);
  return out;
}

Row read_row(const store::Statement& row) { return {read_dataset(row), read_tree(row, 8)}; }

Cid read_cid(const store::Statement& row) { return {Codec::manifest, array_at<32>(row, 0)}; }

Upload read_upload(const store::Statement& row) {
  Upload out;
  out.id = array_at<16>(row, 0);
  out.file = array_at<16>(row, 1);
  out.wish = {.owner = row.text(2), .filename = row.text(3), .mimetype = row.text(4)};
  if (!row.is_null(5)) out.wish.bytes = unsigned_at(row, 5);
  out.wish.pinned = row.int64(6) != 0;
  out.wish.ttl_ms = optional_at(row, 7);
  if (!row.is_null(8)) out.done = array_at<32>(row, 8);
  out.touched_ms = row.int64(9);
  out.wish.shape = read_shape(row, 10);
  return out;
}

Result<std::uint64_t> number(Result<std::optional<std::int64_t>> found) {
  if (!found) return fail(std::move(found.error()));
  return static_cast<std::uint64_t>(found->value_or(0));
}

}  // namespace

store::Migration migration(int version) { return store::sql_migration(version, "storage", kSchema); }

Result<std::optional<Tree>> find_tree(store::Transaction& tx, const Digest& root) {
  return first<Tree>(tx, "SELECT " TREE_COLUMNS " FROM storage_tree t WHERE root = ?1", {ByteView(root)}, read_tree);
}

Result<std::vector<Tree>> trees(store::Transaction& tx) {
  return rows<Tree>(tx, "SELECT " TREE_COLUMNS " FROM storage_tree t", {}, read_tree);
}

Result<std::int64_t> add_tree(store::Transaction& tx, const Tree& tree) {
  Status added = execute(
      tx, "INSERT INTO storage_tree (root, file, bytes, data_blocks, parity_blocks) VALUES (?1, ?2, ?3, ?4, ?5)",
      {ByteView(tree.root), ByteView(tree.file), tree.bytes, tree.shape.data, tree.shape.parity});
  if (!added) return fail(std::move(added.error()));
  return tx.last_insert_rowid();
}

Status set_file(store::Transaction& tx, std::int64_t tree, const FileId& file, const GroupShape& shape) {
  return execute(tx, "UPDATE storage_tree SET file = ?2, data_blocks = ?3, parity_blocks = ?4 WHERE id = ?1",
                 {tree, ByteView(file), shape.data, shape.parity});
}

Result<std::optional<Row>> find(store::Transaction& tx, const Cid& cid) {
  return first<Row>(tx, "SELECT " DATASET_COLUMNS ", " TREE_COLUMNS " FROM " DATASETS " WHERE d.digest = ?1",
                    {ByteView(cid.digest)}, read_row);
}

Result<std::vector<Dataset>> list(store::Transaction& tx, std::uint64_t after, std::size_t limit) {
  return rows<Dataset>(tx,
                       "SELECT " DATASET_COLUMNS " FROM " DATASETS " WHERE position > ?1 ORDER BY position LIMIT ?2",
                       {after, limit}, read_dataset);
}

Status put(store::Transaction& tx, const Dataset& dataset, std::int64_t tree, std::int64_t now_ms) {
  const Result<std::int64_t> updated = tx.run(
      "UPDATE storage_dataset SET pinned = max(pinned, ?2), expires_ms = CASE WHEN max(pinned, ?2) THEN NULL ELSE "
      "?3 END, used_ms = ?4 WHERE digest = ?1",
      {ByteView(dataset.cid.digest), dataset.pinned, dataset.expires_ms, now_ms});
  if (!updated) return fail(updated.error());
  if (*updated != 0) return {};
  return execute(tx,
                 "INSERT INTO storage_dataset (digest, manifest, tree, pinned, stored_ms, expires_ms, used_ms) VALUES "
                 "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                 {ByteView(dataset.cid.digest), dataset.manifest.encode(), tree, dataset.pinned, now_ms,
                  dataset.expires_ms, now_ms});
}

Status set_pin(store::Transaction& tx, const Cid& cid, bool pinned, std::optional<std::int64_t> expires_ms) {
  return execute(tx, "UPDATE storage_dataset SET pinned = ?2, expires_ms = ?3 WHERE digest = ?1",
                 {ByteView(cid.digest), pinned, expires_ms});
}

Status set_used(store::Transaction& tx, const Cid& cid, std::int64_t now_ms) {
  return execute(tx, "UPDATE storage_dataset SET used_ms = ?2 WHERE digest = ?1", {ByteView(cid.digest), now_ms});
}

Result<std::optional<Tree>> remove(store::Transaction& tx, const Row& row) {
  Status removed = execute(tx, "DELETE FROM storage_dataset WHERE digest = ?1", {ByteView(row.dataset.cid.digest)});
  if (!removed) return fail(std::move(removed.error()));
  const Result<std::int64_t> given_up =
      tx.run("DELETE FROM storage_tree WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM storage_dataset WHERE tree = ?1)",
             {row.tree.id});
  if (!given_up) return fail(given_up.error());
  return *given_up == 0 ? std::optional<Tree>() : std::optional<Tree>(row.tree);
}

Result<std::uint64_t> count(store::Transaction& tx) {
  return number(tx.integer("SELECT count(*) FROM storage_dataset"));
}

Result<std::vector<Cid>> expired(store::Transaction& tx, std::int64_t now_ms, std::size_t limit) {
  return rows<Cid>(tx, "SELECT digest FROM storage_dataset WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT ?2",
                   {now_ms, limit}, read_cid);
}

Result<std::optional<std::int64_t>> next_expiry(store::Transaction& tx) {
  return tx.integer("SELECT min(expires_ms) FROM storage_dataset");
}

Result<std::optional<Tree>> least_used(store::Transaction& tx) {
  return first<Tree>(tx,
                     "SELECT " TREE_COLUMNS " FROM " EVICTABLE
                     " ORDER BY (SELECT max(used_ms) FROM storage_dataset d WHERE d.tree = t.id), t.id LIMIT 1",
                     {}, read_tree);
}

Result<std::vector<Cid>> datasets_of(store::Transaction& tx, std::int64_t tree) {
  return rows<Cid>(tx, "SELECT digest FROM storage_dataset WHERE tree = ?1", {tree}, read_cid);
}

Result<std::uint64_t> evictable_slots(store::Transaction& tx) {
  static const std::string kSql =
      "SELECT sum((t.bytes + ?1 - 1) / ?1 + CASE t.parity_blocks WHEN 0 THEN 0 ELSE "
      "((t.bytes + ?1 - 1) / ?1 + t.data_blocks - 1) / t.data_blocks * t.parity_blocks END) FROM " EVICTABLE;
  return number(tx.integer(kSql, {kBlockBytes}));
}

Result<std::optional<Upload>> find_upload(store::Transaction& tx, const UploadId& id) {
  return first<Upload>(tx, "SELECT " UPLOAD_COLUMNS " FROM storage_upload WHERE id = ?1", {ByteView(id)}, read_upload);
}

Result<std::vector<Upload>> uploads(store::Transaction& tx) {
  return rows<Upload>(tx, "SELECT " UPLOAD_COLUMNS " FROM storage_upload WHERE done IS NULL", {}, read_upload);
}

Status add_upload(store::Transaction& tx, const Upload& upload) {
  const PutWish& wish = upload.wish;
  return execute(
      tx, "INSERT INTO storage_upload (" UPLOAD_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9, ?10, ?11)",
      {ByteView(upload.id), ByteView(upload.file), wish.owner, wish.filename, wish.mimetype, wish.bytes, wish.pinned,
       wish.ttl_ms, upload.touched_ms, wish.shape.data, wish.shape.parity});
}

Status touch_upload(store::Transaction& tx, const UploadId& id, std::int64_t now_ms) {
  return execute(tx, "UPDATE storage_upload SET touched_ms = ?2 WHERE id = ?1", {ByteView(id), now_ms});
}

Status finish_upload(store::Transaction& tx, const UploadId& id, const Cid& cid, std::int64_t now_ms) {
  return execute(tx, "UPDATE storage_upload SET done = ?2, touched_ms = ?3 WHERE id = ?1",
                 {ByteView(id), ByteView(cid.digest), now_ms});
}

Status remove_upload(store::Transaction& tx, const UploadId& id) {
  return execute(tx, "DELETE FROM storage_upload WHERE id = ?1", {ByteView(id)});
}

Status forget_uploads_of(store::Transaction& tx, const Cid& cid) {
  return execute(tx, "DELETE FROM storage_upload WHERE done = ?1", {ByteView(cid.digest)});
}

Result<std::vector<Upload>> idle_uploads(store::Transaction& tx, std::int64_t before_ms, std::size_t limit) {
  return rows<Upload>(tx,
                      "SELECT " UPLOAD_COLUMNS
                      " FROM storage_upload WHERE touched_ms < ?1 ORDER BY touched_ms LIMIT "
                      "?2",
                      {before_ms, limit}, read_upload);
}

}  // namespace status::storage::catalogue
