// The way in: uploads, and the room that is made for them.
#include <algorithm>

#include "services/storage/embedded/embedded_backend.h"

namespace status::storage {
namespace {

constexpr std::int64_t kTouchEveryMs = 60'000;
constexpr std::size_t kBatch = 100;

Error unknown() {
  return make_error(Code::not_found, "storage.unknown_upload",
                    "there is no such upload: it was cancelled, or nobody went on with it for a day; begin anew");
}

Error gone() { return make_error(Code::aborted, "storage.upload_ended", "somebody else ended this upload meanwhile"); }

UploadState state_of(const catalogue::Upload& row, std::uint64_t offset) {
  UploadState state{.wish = row.wish, .offset = offset, .done = {}};
  if (row.done) state.done = Cid{Codec::manifest, *row.done};
  return state;
}

}  // namespace

std::optional<std::int64_t> EmbeddedBackend::expiry(const PutWish& wish, std::int64_t now_ms) const {
  if (wish.pinned) return std::nullopt;
  return now_ms + wish.ttl_ms.value_or(parts_.options.ttl_ms);
}

// The upload if it is not finished; null if it is.
Result<EmbeddedBackend::ActivePtr> EmbeddedBackend::active(const UploadId& id, const std::string& owner) {
  ActivePtr found;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = uploads_.find(id);
    if (entry != uploads_.end()) found = entry->second;
  }
  const std::string* began = found ? &found->row.wish.owner : nullptr;
  Result<std::optional<catalogue::Upload>> row = std::nullopt;
  if (!found) {
    Result<store::Transaction> tx = parts_.database.read();
    if (!tx) return fail(std::move(tx.error()));
    row = catalogue::find_upload(*tx, id);
    if (!row) return fail(std::move(row.error()));
    if (!*row || !(*row)->done) return fail(unknown());
    began = &(*row)->wish.owner;
  }
  if (*began != owner) {
    return fail(Code::permission_denied, "storage.foreign_upload", "somebody else began this upload");
  }
  return found;
}

Result<UploadState> EmbeddedBackend::upload(const UploadId& id, const std::string& owner) {
  const Result<ActivePtr> found = active(id, owner);
  if (!found) return fail(found.error());
  if (*found) {
    const std::lock_guard lock((*found)->mutex);
    if ((*found)->gone) return fail(gone());
    if (Status opened = open_upload(**found); !opened) return fail(std::move(opened.error()));
    return state_of((*found)->row, (*found)->upload->bytes());
  }
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::optional<catalogue::Upload>> row = catalogue::find_upload(*tx, id);
  if (!row) return fail(row.error());
  if (!*row || !(*row)->done) return fail(unknown());
  const Result<std::optional<catalogue::Row>> dataset = catalogue::find(*tx, {Codec::manifest, *(*row)->done});
  if (!dataset) return fail(dataset.error());
  return state_of(**row, *dataset ? (*dataset)->tree.bytes : 0);
}

// A finished one whose dataset is gone since is none: it begins anew.
Result<UploadState> EmbeddedBackend::known(const UploadId& id, const PutWish& wish) {
  Result<UploadState> there = upload(id, wish.owner);
  if (!there) return there;
  if (there->done) {
    const Result<Dataset> dataset = find(*there->done);
    if (!dataset && dataset.error().code != Code::not_found) return fail(dataset.error());
    if (!dataset) {
      Result<store::Transaction> tx = parts_.database.write();
      if (!tx) return fail(std::move(tx.error()));
      if (Status removed = catalogue::remove_upload(*tx, id); !removed) return fail(std::move(removed.error()));
      if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
      return fail(unknown());
    }
  }
  if (there->wish != wish) {
    return fail(Code::failed_precondition, "storage.other_upload",
                "an upload of this name exists, of another file or with other options");
  }
  return there;
}

Result<UploadState> EmbeddedBackend::begin(const UploadId& id, const PutWish& wish) {
  Result<UploadState> there = known(id, wish);
  if (there || there.error().reason != "storage.unknown_upload") return there;
  if (wish.bytes == std::uint64_t{0})
    return fail(Code::invalid_argument, "storage.empty", "an empty file has no address");

  catalogue::Upload row{.id = id, .file = {}, .wish = wish, .done = {}, .touched_ms = parts_.clock.unix_ms()};
  parts_.random.fill(row.file);
  const auto created = std::make_shared<Active>(row);
  const std::lock_guard lock(created->mutex);  // nobody goes on with it before it is there
  {
    const std::lock_guard map_lock(mutex_);
    if (uploads_.size() >= kMaxUploads) {
      return fail(make_retryable(Code::resource_exhausted, "storage.too_many_uploads",
                                 "too many uploads are not finished: finish or cancel some", 1'000));
    }
    if (!uploads_.emplace(id, created).second) return fail(gone());
  }
  const auto forget = [&](Error error) {
    give_up(*created);
    return fail(std::move(error));
  };
  const std::uint64_t wanted = slots_bytes(wish.bytes.value_or(0), wish.shape);
  if (Status room = make_room(wanted); !room) return forget(std::move(room.error()));
  created->reserved = wanted;
  if (Status opened = open_upload(*created); !opened) return forget(std::move(opened.error()));
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return forget(std::move(tx.error()));
  if (Status added = catalogue::add_upload(*tx, row); !added) return forget(std::move(added.error()));
  if (Status committed = tx->commit(); !committed) return forget(std::move(committed.error()));
  return state_of(row, 0);
}

// With the upload's mutex held, as are those below.
Status EmbeddedBackend::open_upload(Active& active) {
  if (active.upload) return {};
  const std::string name = name_of(active.row.file);
  Result<std::unique_ptr<DiskFile>> file = parts_.disk.open(name);
  if (!file && file.error().code == Code::not_found) file = parts_.disk.create(name);  // new, or not yet durable
  if (!file) return fail(std::move(file.error()));
  auto upload = std::make_unique<Upload>(
      std::make_unique<BlockFile>(std::move(*file), parts_.node_key, active.row.file, active.row.wish.shape),
      parts_.random);
  if (Status resumed = upload->resume(); !resumed) return resumed;
  active.upload = std::move(upload);
  return {};
}

Result<std::uint64_t> EmbeddedBackend::write(const UploadId& id, const std::string& owner, std::uint64_t offset,
                                             ByteView bytes) {
  const Result<ActivePtr> found = active(id, owner);
  if (!found) return fail(found.error());
  if (!*found) return fail(gone());
  Active& it = **found;
  const std::lock_guard lock(it.mutex);
  if (it.gone) return fail(gone());
  if (Status opened = open_upload(it); !opened) return fail(std::move(opened.error()));
  const std::uint64_t end = it.upload->bytes();
  if (offset != end) {
    return fail(Code::failed_precondition, "storage.wrong_offset",
                "the upload goes on at byte " + std::to_string(end) + ", not at " + std::to_string(offset));
  }
  if (bytes.size() > it.row.wish.bytes.value_or(kMaxDatasetBytes) - end) {
    return fail(Code::out_of_range, "storage.too_much", "more bytes come than were announced, or than a dataset has");
  }
  const std::uint64_t wanted = slots_bytes(end + bytes.size(), it.row.wish.shape);
  if (wanted > it.reserved) {
    if (Status room = make_room(wanted - it.reserved); !room) return fail(std::move(room.error()));
    it.reserved = wanted;
  }
  if (Status there = guard_.check(bytes.size()); !there) return fail(std::move(there.error()));
  if (Status appended = it.upload->append(bytes); !appended) {
    it.upload.reset();
    return fail(std::move(appended.error()));
  }
  if (const std::int64_t now_ms = parts_.clock.unix_ms(); now_ms - it.touched_ms >= kTouchEveryMs) {
    Result<store::Transaction> tx = parts_.database.write(store::Durability::normal);
    if (tx && catalogue::touch_upload(*tx, id, now_ms) && tx->commit()) it.touched_ms = now_ms;
  }
  return it.upload->bytes();
}

// By an earlier call.
Result<Dataset> EmbeddedBackend::finished(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep) {
  const Result<UploadState> done = upload(id, owner);
  if (!done) return fail(done.error());
  Result<Dataset> dataset = find(*done->done);
  if (!dataset || !keep) return dataset;
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  if (Status kept = keep(*tx, *dataset); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  return dataset;
}

Result<Dataset> EmbeddedBackend::finish(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep) {
  const Result<ActivePtr> found = active(id, owner);
  if (!found) return fail(found.error());
  if (!*found) return finished(id, owner, keep);
  Active& it = **found;
  const std::lock_guard lock(it.mutex);
  if (it.gone) return fail(gone());
  if (Status opened = open_upload(it); !opened) return fail(std::move(opened.error()));
  const PutWish& wish = it.row.wish;
  const std::uint64_t bytes = it.upload->bytes();
  if (bytes == 0) return fail(Code::invalid_argument, "storage.empty", "an empty file has no address");
  if (bytes != wish.bytes.value_or(bytes)) {
    return fail(Code::failed_precondition, "storage.incomplete",
                std::to_string(bytes) + " of " + std::to_string(*wish.bytes) + " bytes are here: go on from there");
  }
  if (Status sealed = it.upload->seal(); !sealed) {
    Result<store::Transaction> tx = parts_.database.write();
    if (tx && catalogue::remove_upload(*tx, id) && tx->commit()) give_up(it);
    return fail(std::move(sealed.error()));
  }
  const Manifest manifest{.tree = it.upload->tree(),
                          .dataset_bytes = bytes,
                          .erasure = {},
                          .filename = wish.filename,
                          .mimetype = wish.mimetype};
  Status named = parts_.disk.sync_names();
  Result<Dataset> dataset = named ? commit(it, manifest, keep) : Result<Dataset>(fail(std::move(named.error())));
  it.upload.reset();  // what goes on after an error begins with what is in the file: a sealed one takes nothing more
  return dataset;
}

// All of it is on the disk; from here on it is a dataset.
Result<Dataset> EmbeddedBackend::commit(Active& active, const Manifest& manifest, const Keep<Dataset>& keep) {
  const std::int64_t now_ms = parts_.clock.unix_ms();
  Dataset dataset{.cid = manifest_cid(manifest.encode()), .manifest = manifest, .pinned = active.row.wish.pinned};
  dataset.expires_ms = expiry(active.row.wish, now_ms);
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::optional<catalogue::Tree>> before = catalogue::find_tree(*tx, manifest.tree.digest);
  if (!before) return fail(before.error());
  std::int64_t tree = 0;
  if (*before) {
    // The same blocks once more: the new ones are known to be whole.
    tree = (*before)->id;
    if (Status set = catalogue::set_file(*tx, tree, active.row.file, active.row.wish.shape); !set)
      return fail(std::move(set.error()));
  } else {
    const Result<std::int64_t> added = catalogue::add_tree(*tx, {.id = 0,
                                                                 .root = manifest.tree.digest,
                                                                 .file = active.row.file,
                                                                 .bytes = manifest.dataset_bytes,
                                                                 .shape = active.row.wish.shape});
    if (!added) return fail(added.error());
    tree = *added;
  }
  if (Status put = catalogue::put(*tx, dataset, tree, now_ms); !put) return fail(std::move(put.error()));
  if (Status done = catalogue::finish_upload(*tx, active.row.id, dataset.cid, now_ms); !done)
    return fail(std::move(done.error()));
  Result<std::optional<catalogue::Row>> row = catalogue::find(*tx, dataset.cid);
  if (!row) return fail(std::move(row.error()));
  if (Status kept = keep ? keep(*tx, (*row)->dataset) : Status(); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));

  room_.keep(active.reserved, slots_bytes(manifest.dataset_bytes, active.row.wish.shape));
  if (*before) drop_file(**before);
  active.gone = true;
  const std::lock_guard lock(mutex_);
  uploads_.erase(active.row.id);
  return (*row)->dataset;
}

// Its row, if it had one, is gone.
void EmbeddedBackend::give_up(Active& active) {
  active.gone = true;
  active.upload.reset();
  Status removed = parts_.disk.remove(name_of(active.row.file));
  if (removed) room_.release(active.reserved);
  const std::lock_guard lock(mutex_);
  uploads_.erase(active.row.id);
}

Result<bool> EmbeddedBackend::cancel(const UploadId& id, const std::string& owner, const Keep<bool>& keep) {
  const Result<ActivePtr> found = active(id, owner);
  if (!found) return fail(found.error());
  const bool unfinished = *found != nullptr;
  std::unique_lock<std::mutex> lock;
  if (unfinished) {
    lock = std::unique_lock((*found)->mutex);
    if ((*found)->gone) return fail(gone());
  }
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  if (Status removed = unfinished ? catalogue::remove_upload(*tx, id) : Status(); !removed)
    return fail(std::move(removed.error()));
  if (Status kept = keep ? keep(*tx, unfinished) : Status(); !kept) return fail(std::move(kept.error()));
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  if (unfinished) give_up(**found);
  return unfinished;
}

Status EmbeddedBackend::make_room(std::uint64_t bytes) {
  const auto too_small = [&] {
    const Room::Use use = room_.use();
    return make_error(Code::resource_exhausted, "storage.quota",
                      std::to_string(bytes) + " bytes more do not fit beside what is pinned and being put (" +
                          std::to_string(use.stored + use.reserved) + " of " + std::to_string(room_.quota()) +
                          " bytes are taken): delete or unpin some, or raise storage.embedded.quota_bytes");
  };
  while (!room_.reserve(bytes)) {
    {
      // Nothing is evicted in vain.
      Result<store::Transaction> tx = parts_.database.read();
      if (!tx) return fail(std::move(tx.error()));
      const Result<std::uint64_t> blocks = catalogue::evictable_slots(*tx);
      if (!blocks) return fail(blocks.error());
      const Room::Use use = room_.use();
      if (use.stored + use.reserved + bytes > room_.quota() + *blocks * kSlotBytes) return fail(too_small());
    }
    const Result<bool> evicted = evict_one();
    if (!evicted) return fail(evicted.error());
    if (!*evicted) return fail(too_small());
  }
  return {};
}

Result<bool> EmbeddedBackend::evict_one() {
  Result<store::Transaction> tx = parts_.database.write();
  if (!tx) return fail(std::move(tx.error()));
  const Result<std::optional<catalogue::Tree>> tree = catalogue::least_used(*tx);
  if (!tree) return fail(tree.error());
  if (!*tree) return false;
  const Result<std::vector<Cid>> cids = catalogue::datasets_of(*tx, (*tree)->id);
  if (!cids) return fail(cids.error());
  for (const Cid& cid : *cids) {
    const Result<std::optional<catalogue::Row>> row = catalogue::find(*tx, cid);
    if (!row) return fail(row.error());
    if (!*row) continue;
    if (const auto removed = catalogue::remove(*tx, **row); !removed) return fail(removed.error());
  }
  if (Status committed = tx->commit(); !committed) return fail(std::move(committed.error()));
  drop_file(**tree);
  for (const Cid& cid : *cids) parts_.events.on_removed(cid, Removal::evicted);
  counters_.evicted += cids->size();
  return true;
}

void EmbeddedBackend::give_up_idle(std::int64_t now_ms) {
  std::vector<catalogue::Upload> idle;
  {
    Result<store::Transaction> tx = parts_.database.write(store::Durability::normal);
    if (!tx) return;
    Result<std::vector<catalogue::Upload>> found = catalogue::idle_uploads(*tx, now_ms - kIdleUploadMs, kBatch);
    if (!found || found->empty()) return;
    for (const catalogue::Upload& row : *found) {
      if (!catalogue::remove_upload(*tx, row.id)) return;
    }
    if (!tx->commit()) return;
    idle = std::move(*found);
  }
  for (const catalogue::Upload& row : idle) {
    const Result<ActivePtr> found = active(row.id, row.wish.owner);
    if (!found || !*found) continue;
    const std::lock_guard lock((*found)->mutex);
    if (!(*found)->gone) give_up(**found);
  }
}

}  // namespace status::storage
