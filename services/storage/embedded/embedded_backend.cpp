#include "services/storage/embedded/embedded_backend.h"

#include <algorithm>
#include <set>

#include "ipc/base/value_builder.h"

namespace status::storage {
namespace {

constexpr std::size_t kBatch = 100;

Error unknown(const Cid& cid) {
  return make_error(Code::not_found, "storage.unknown_cid", "this node does not have " + cid.text());
}

Error damaged(const Cid& cid, std::uint64_t block, const std::string& why) {
  Error error = make_error(Code::data_loss, "storage.damaged_block",
                           "block " + std::to_string(block) + " of " + cid.text() + " is " + why +
                               "; the others can be read: put the file again, or delete it");
  error.details = Value(Value::Map{{"cid", cid.text()}, {"block", block}});
  return error;
}

}  // namespace

EmbeddedBackend::EmbeddedBackend(Parts parts)
    : parts_(std::move(parts)),
      guard_(parts_.database.path(), parts_.options.reserve_bytes, parts_.space != nullptr ? *parts_.space : own_space_,
             parts_.clock),
      room_(parts_.options.quota_bytes),
      files_(parts_.disk, parts_.node_key) {}

Result<std::unique_ptr<EmbeddedBackend>> EmbeddedBackend::open(Parts parts) {
  std::unique_ptr<EmbeddedBackend> backend(new EmbeddedBackend(std::move(parts)));
  if (Status loaded = backend->load(); !loaded) return fail(std::move(loaded.error()));
  return backend;
}

Status EmbeddedBackend::load() {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::vector<catalogue::Tree>> trees = catalogue::trees(*tx);
  if (!trees) return fail(trees.error());
  const Result<std::vector<catalogue::Upload>> uploads = catalogue::uploads(*tx);
  if (!uploads) return fail(uploads.error());
  tx->rollback();
  return reclaim(*trees, *uploads);
}

Status EmbeddedBackend::reclaim(const std::vector<catalogue::Tree>& trees,
                                const std::vector<catalogue::Upload>& uploads) {
  Result<std::vector<DiskEntry>> found = parts_.disk.list();
  if (!found) return fail(std::move(found.error()));
  std::map<std::string, std::uint64_t> sizes;
  for (const DiskEntry& entry : *found) sizes[entry.name] = entry.bytes;

  std::size_t missing = 0;
  for (const catalogue::Tree& tree : trees) {
    room_.found(slots_bytes(tree.bytes, tree.shape), 0);
    missing += sizes.erase(name_of(tree.file)) == 0;
  }
  for (const catalogue::Upload& row : uploads) {
    const auto written = sizes.extract(name_of(row.file));
    const auto active = std::make_shared<Active>(row);
    active->reserved =
        std::max(slots_bytes(row.wish.bytes.value_or(0), row.wish.shape), written ? written.mapped() : 0);
    room_.found(0, active->reserved);
    uploads_[row.id] = active;
  }
  // What is left belongs to nobody.
  for (const auto& [name, bytes] : sizes) {
    if (Status removed = parts_.disk.remove(name); !removed) return removed;
    counters_.reclaimed_bytes += bytes;
  }
  if (!sizes.empty()) {
    parts_.events.on_notice("removed " + std::to_string(sizes.size()) + " files that an end without warning left");
  }
  if (missing != 0) {
    parts_.events.on_notice("the files of " + std::to_string(missing) + " datasets are gone: they read as damaged");
  }
  return {};
}

Result<std::optional<catalogue::Row>> EmbeddedBackend::row_of(const Cid& cid) {
  if (cid.codec != Codec::manifest) {
    return fail(Code::invalid_argument, "storage.invalid_cid",
                "this is the address of a block or a tree; a dataset's is that of its manifest");
  }
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(std::move(tx.error()));
  return catalogue::find(*tx, cid);
}

Result<Dataset> EmbeddedBackend::find(const Cid& cid) {
  Result<std::optional<catalogue::Row>> row = row_of(cid);
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(unknown(cid));
  return (*row)->dataset;
}

Result<std::vector<Dataset>> EmbeddedBackend::list(std::uint64_t after, std::size_t limit) {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(std::move(tx.error()));
  return catalogue::list(*tx, after, limit);
}

Result<std::shared_ptr<BlockFile>> EmbeddedBackend::file_of(const Cid& cid, catalogue::Row& row) {
  while (true) {
    Result<std::optional<catalogue::Row>> found = row_of(cid);
    if (!found) return fail(std::move(found.error()));
    if (!*found) return fail(unknown(cid));
    // The file that there was a moment ago may be gone because another one took its place: only the same one missing
    // twice is lost.
    const bool again = row.tree.file == (*found)->tree.file;
    row = std::move(**found);
    Result<std::shared_ptr<BlockFile>> file = files_.open(row.tree.file, row.tree.shape);
    if (file || file.error().code != Code::not_found) return file;
    if (again) return fail(met_damage(cid, 0, "gone, with the file of all its blocks"));
  }
}

Error EmbeddedBackend::met_damage(const Cid& cid, std::uint64_t block, const std::string& why) {
  ++counters_.damaged_blocks;
  if (Result<store::Transaction> tx = parts_.database.write(store::Durability::normal); tx) {
    if (catalogue::forget_uploads_of(*tx, cid)) static_cast<void>(tx->commit());
  }
  return damaged(cid, block, why);
}

Result<std::size_t> EmbeddedBackend::read(const Cid& cid, std::uint64_t offset, std::span<std::uint8_t> out) {
  catalogue::Row row;
  const Result<std::shared_ptr<BlockFile>> file = file_of(cid, row);
  if (!file) return fail(file.error());
  const std::uint64_t size = row.tree.bytes;
  std::size_t done = 0;
  Bytes part;
  while (done < out.size() && offset < size) {
    const std::uint64_t index = offset / kBlockBytes;
    const std::size_t from = offset % kBlockBytes;
    const std::size_t data = data_in_block(size, index);
    const std::size_t wanted = std::min(data - from, out.size() - done);
    // A whole block is opened where it belongs.
    const bool in_place = wanted == kBlockBytes;
    if (!in_place) part.resize(kBlockBytes);
    const std::span<std::uint8_t> block = in_place ? out.subspan(done, kBlockBytes) : std::span(part);
    Result<bool> opened = (*file)->read(index, data, block);
    if (opened && !*opened) opened = recovered(**file, index, size, block);
    if (!opened) return fail(opened.error());
    if (!*opened) return fail(met_damage(cid, index, "damaged"));
    if (!in_place)
      std::copy_n(part.begin() + static_cast<std::ptrdiff_t>(from), wanted,
                  out.begin() + static_cast<std::ptrdiff_t>(done));
    done += wanted;
    offset += wanted;
  }
  return done;
}

Result<bool> EmbeddedBackend::recovered(BlockFile& file, std::uint64_t index, std::uint64_t size,
                                        std::span<std::uint8_t> block) {
  Result<bool> given = file.recover(index, size, block);
  if (!given || !*given) return given;
  ++counters_.recovered_blocks;
  const std::lock_guard lock(repair_);
  const Status written = file.write(index, ByteView(block).first(data_in_block(size, index)), parts_.random);
  if (!written) parts_.events.on_notice("a block that parity gave back is not on the disk: " + written.error().message);
  return given;
}

Status EmbeddedBackend::touch(const Cid& cid) {
  Result<store::Transaction> tx = parts_.database.write(store::Durability::normal);
  if (!tx) return fail(std::move(tx.error()));
  if (Status used = catalogue::set_used(*tx, cid, parts_.clock.unix_ms()); !used) return used;
  return tx->commit();
}

Result<Dataset> EmbeddedBackend::pin(const Cid& cid, bool pinned, const Keep<Dataset>& keep) {
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  Result<std::optional<catalogue::Row>> row = catalogue::find(*tx, cid);
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(unknown(cid));
  Dataset& dataset = (*row)->dataset;
  if (dataset.pinned != pinned) {
    dataset.pinned = pinned;
    dataset.expires_ms = pinned ? std::nullopt : std::optional(parts_.clock.unix_ms() + parts_.options.ttl_ms);
    if (Status set = catalogue::set_pin(*tx, cid, pinned, dataset.expires_ms); !set)
      return fail(std::move(set.error()));
  }
  if (Status kept = keep ? keep(*tx, dataset) : Status(); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  return dataset;
}

Result<bool> EmbeddedBackend::remove(const Cid& cid, const Keep<bool>& keep) {
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::optional<catalogue::Row>> row = catalogue::find(*tx, cid);
  if (!row) return fail(row.error());
  const bool there = row->has_value();
  Result<std::optional<catalogue::Tree>> given_up = std::nullopt;
  if (there) given_up = catalogue::remove(*tx, **row);
  if (!given_up) return fail(given_up.error());
  if (Status kept = keep ? keep(*tx, there) : Status(); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  if (*given_up) drop_file(**given_up);
  return there;
}

// A file that cannot be removed is reclaimed at the next start, and counts until then.
void EmbeddedBackend::drop_file(const catalogue::Tree& tree) {
  files_.forget(tree.file);
  if (Status removed = parts_.disk.remove(name_of(tree.file)); !removed) {
    return parts_.events.on_notice("a file stays until the next start: " + removed.error().message);
  }
  room_.removed(slots_bytes(tree.bytes, tree.shape));
}

Result<SpaceUse> EmbeddedBackend::space() {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::uint64_t> datasets = catalogue::count(*tx);
  if (!datasets) return fail(datasets.error());
  const Room::Use use = room_.use();
  const std::lock_guard lock(mutex_);
  return SpaceUse{.quota_bytes = room_.quota(),
                  .used_bytes = use.stored,
                  .reserved_bytes = use.reserved,
                  .blocks = use.stored / kSlotBytes,
                  .datasets = *datasets,
                  .uploads = uploads_.size()};
}

std::size_t EmbeddedBackend::remove_expired(std::int64_t now_ms) {
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return 0;
  const Result<std::vector<Cid>> expired = catalogue::expired(*tx, now_ms, kBatch);
  if (!expired) return 0;
  std::vector<catalogue::Tree> given_up;
  for (const Cid& cid : *expired) {
    const Result<std::optional<catalogue::Row>> row = catalogue::find(*tx, cid);
    if (!row || !*row) return 0;
    const Result<std::optional<catalogue::Tree>> tree = catalogue::remove(*tx, **row);
    if (!tree) return 0;
    if (*tree) given_up.push_back(**tree);
  }
  if (expired->empty() || !tx->commit()) return 0;
  for (const catalogue::Tree& tree : given_up) drop_file(tree);
  for (const Cid& cid : *expired) parts_.events.on_removed(cid, Removal::expired);
  counters_.expired += expired->size();
  return expired->size();
}

MonotonicTime EmbeddedBackend::tick() {
  const std::int64_t now_ms = parts_.clock.unix_ms();
  const MonotonicTime now = parts_.clock.monotonic();
  if (remove_expired(now_ms) == kBatch) return now;  // there may be more
  give_up_idle(now_ms);
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return now + kLongestRest;
  const Result<std::optional<std::int64_t>> next = catalogue::next_expiry(*tx);
  if (!next || !*next) return now + kLongestRest;
  const std::chrono::milliseconds left(std::max<std::int64_t>(**next - now_ms, 1'000));
  return now + std::min<std::chrono::milliseconds>(left, kLongestRest);
}

}  // namespace status::storage
