// What keeps datasets. The service above does not know which implementation runs: `embedded` (ours), `native` (the
// storage team's library) or `attach` (a node that already runs).
//
// Threads: any, several at once; every function works on the caller's thread and may wait for the disk.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "services/storage/content/manifest.h"
#include "services/storage/group_shape.h"

namespace status::store {
class Transaction;
}

namespace status::storage {

// Names one put from its begin to its end, across restarts. Whoever has it may go on with it.
using UploadId = std::array<std::uint8_t, 16>;

struct PutWish {
  std::string owner;     // who may go on with it
  std::string filename;  // at most kMaxNameBytes, as is the type; empty: none
  std::string mimetype;
  std::optional<std::uint64_t> bytes;  // how many it will be; then room is kept for all of them from the start
  bool pinned = false;
  std::optional<std::int64_t> ttl_ms;  // of what is not pinned; absent: the backend's own
  GroupShape shape;                    // of this node's parity blocks; the address does not depend on it

  friend bool operator==(const PutWish&, const PutWish&) = default;
};

struct UploadState {
  PutWish wish;
  std::uint64_t offset = 0;  // where it goes on
  std::optional<Cid> done;   // it has been finished as this
};

struct Dataset {
  Cid cid;
  Manifest manifest;
  bool pinned = false;
  std::int64_t stored_ms = 0;              // Unix
  std::optional<std::int64_t> expires_ms;  // Unix; absent while pinned
  std::uint64_t position = 0;              // in the list; grows with every dataset
  GroupShape shape;                        // as it was put last
};

struct SpaceUse {
  std::uint64_t quota_bytes = 0;
  std::uint64_t used_bytes = 0;      // of it, of what is stored: whole blocks with what sealing adds
  std::uint64_t reserved_bytes = 0;  // and of what is being put
  std::uint64_t blocks = 0;
  std::uint64_t datasets = 0;
  std::uint64_t uploads = 0;  // that are not finished
};

// Why a dataset went without being asked for.
enum class Removal : std::uint8_t { expired, evicted };

class BackendEvents {
 public:
  virtual ~BackendEvents() = default;
  // On the thread of whichever call or tick did it, which may hold the backend's locks: only copy and post.
  virtual void on_removed(const Cid& cid, Removal why) = 0;
  virtual void on_notice(const std::string& text) = 0;  // for the log
};

// What is to be written in the transaction of an effect, with what the effect came to: the reply of a call that may be
// repeated. None: nothing is. Its error undoes the effect.
template <class T>
using Keep = std::function<Status(store::Transaction& tx, const T& outcome)>;

class Backend {
 public:
  virtual ~Backend() = default;

  // Survives a restart once it answers. The same id again: the upload that there is, if its wish is the same;
  // FAILED_PRECONDITION `storage.other_upload` if not. Errors: RESOURCE_EXHAUSTED `storage.quota`,
  // `storage.too_many_uploads`; those of the disk.
  virtual Result<UploadState> begin(const UploadId& id, const PutWish& wish) = 0;
  // NOT_FOUND `storage.unknown_upload`. Here and below `owner` is who asks: PERMISSION_DENIED
  // `storage.foreign_upload` for another than began it.
  virtual Result<UploadState> upload(const UploadId& id, const std::string& owner) = 0;
  // Adds bytes at the end, which has to be at `offset`; the new end. What was written may be gone after a restart: the
  // offset of upload() says how much is left. Errors: as upload(); FAILED_PRECONDITION `storage.wrong_offset`;
  // RESOURCE_EXHAUSTED `storage.quota`; OUT_OF_RANGE `storage.too_much` past what was announced.
  virtual Result<std::uint64_t> write(const UploadId& id, const std::string& owner, std::uint64_t offset,
                                      ByteView bytes) = 0;
  // After it the dataset survives power loss. May be repeated. Errors: as upload(); INVALID_ARGUMENT `storage.empty`;
  // FAILED_PRECONDITION `storage.incomplete` before all that was announced is there.
  virtual Result<Dataset> finish(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep) = 0;
  // Forgets the upload and what it brought. False: it was finished, and nothing happens to its dataset.
  virtual Result<bool> cancel(const UploadId& id, const std::string& owner, const Keep<bool>& keep) = 0;

  // NOT_FOUND `storage.unknown_cid`, here and in read() and pin().
  virtual Result<Dataset> find(const Cid& cid) = 0;
  // At most `limit` of them, behind this position.
  virtual Result<std::vector<Dataset>> list(std::uint64_t after, std::size_t limit) = 0;
  // Fills `out` from there on; how many bytes there were: fewer only at the end. What parity gives back is as good. DATA_LOSS `storage.damaged_block`
  // (details: cid, block) when one of the blocks is not what was stored; then nothing of `out` may be used.
  virtual Result<std::size_t> read(const Cid& cid, std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  // Says that somebody is about to read it: what was used last goes last.
  virtual Status touch(const Cid& cid) = 0;
  // Pinned data does not expire and is not evicted. Unpinned it lives for the backend's time from now on.
  virtual Result<Dataset> pin(const Cid& cid, bool pinned, const Keep<Dataset>& keep) = 0;
  // Whether there was one. Pinned data too.
  virtual Result<bool> remove(const Cid& cid, const Keep<bool>& keep) = 0;
  virtual Result<SpaceUse> space() = 0;

  // Deletes what has expired, and uploads that nobody goes on with. Now and then; when it should be called again.
  virtual MonotonicTime tick() = 0;
};

}  // namespace status::storage
