// Our own storage: datasets in a folder of this node, each in one file of blocks that are sealed one by one, and the
// catalogue of them in the module's database.
//
// What is promised holds at every instant: a file is durable before the row that names it is committed, and a row is
// gone before its file is removed. So a crash leaves at most files that no row names, which open() reclaims.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "services/host/store/database.h"
#include "services/storage/embedded/catalogue.h"
#include "services/storage/embedded/open_files.h"
#include "services/storage/embedded/room.h"
#include "services/storage/embedded/upload.h"

namespace status::storage {

struct EmbeddedOptions {
  std::uint64_t quota_bytes = std::uint64_t{20} << 30U;
  std::int64_t ttl_ms = std::int64_t{30} * 24 * 3'600'000;  // of what is not pinned
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20U;   // that stay free on the disk
};

class EmbeddedBackend final : public Backend {
 public:
  static constexpr std::size_t kMaxUploads = 64;                 // at once, of all callers
  static constexpr std::int64_t kIdleUploadMs = 24 * 3'600'000;  // then it is given up
  static constexpr std::chrono::minutes kLongestRest = std::chrono::minutes(10);

  struct Parts {
    store::Database& database;  // with catalogue::migration() done
    Disk& disk;
    host::SecretBytes node_key;  // 32 bytes
    BackendEvents& events;
    const Clock& clock;
    Random& random;  // any thread
    EmbeddedOptions options = {};
    store::DiskSpace* space = nullptr;  // null: the system's
  };
  // Removes the files that no row names. All parts outlive the backend.
  static Result<std::unique_ptr<EmbeddedBackend>> open(Parts parts);

  Result<UploadState> begin(const UploadId& id, const PutWish& wish) override;
  Result<UploadState> upload(const UploadId& id, const std::string& owner) override;
  Result<std::uint64_t> write(const UploadId& id, const std::string& owner, std::uint64_t offset,
                              ByteView bytes) override;
  Result<Dataset> finish(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep) override;
  Result<bool> cancel(const UploadId& id, const std::string& owner, const Keep<bool>& keep) override;

  Result<Dataset> find(const Cid& cid) override;
  Result<std::vector<Dataset>> list(std::uint64_t after, std::size_t limit) override;
  Result<std::size_t> read(const Cid& cid, std::uint64_t offset, std::span<std::uint8_t> out) override;
  Status touch(const Cid& cid) override;
  Result<Dataset> pin(const Cid& cid, bool pinned, const Keep<Dataset>& keep) override;
  Result<bool> remove(const Cid& cid, const Keep<bool>& keep) override;
  Result<SpaceUse> space() override;
  MonotonicTime tick() override;

  // Since the start.
  struct Counters {
    std::atomic<std::uint64_t> damaged_blocks = 0;    // that a reader met, and nothing gave back
    std::atomic<std::uint64_t> recovered_blocks = 0;  // that parity did
    std::atomic<std::uint64_t> reclaimed_bytes = 0;
    std::atomic<std::uint64_t> evicted = 0;  // datasets, as the next one
    std::atomic<std::uint64_t> expired = 0;
  };
  const Counters& counters() const { return counters_; }

 private:
  // An upload that is not finished.
  struct Active {
    explicit Active(catalogue::Upload upload_row) : row(std::move(upload_row)), touched_ms(row.touched_ms) {}
    const catalogue::Upload row;
    std::mutex mutex;                // guards what follows
    std::unique_ptr<Upload> upload;  // null until somebody goes on with it
    std::uint64_t reserved = 0;      // bytes of the room
    std::int64_t touched_ms;
    bool gone = false;  // finished or cancelled by somebody who was first
  };
  using ActivePtr = std::shared_ptr<Active>;

  explicit EmbeddedBackend(Parts parts);
  Status load();
  Status reclaim(const std::vector<catalogue::Tree>& trees, const std::vector<catalogue::Upload>& uploads);

  // embedded_uploads.cpp
  Result<ActivePtr> active(const UploadId& id, const std::string& owner);
  Result<UploadState> known(const UploadId& id, const PutWish& wish);
  Status open_upload(Active& active);
  Result<Dataset> commit(Active& active, const Manifest& manifest, const Keep<Dataset>& keep);
  Result<Dataset> finished(const UploadId& id, const std::string& owner, const Keep<Dataset>& keep);
  void give_up(Active& active);
  Status make_room(std::uint64_t bytes);
  Result<bool> evict_one();

  Result<std::optional<catalogue::Row>> row_of(const Cid& cid);
  Result<std::shared_ptr<BlockFile>> file_of(const Cid& cid, catalogue::Row& row);
  // False as BlockFile::recover. What it gave is on the disk again.
  Result<bool> recovered(BlockFile& file, std::uint64_t index, std::uint64_t size, std::span<std::uint8_t> block);
  // Counts it, and has the next put of the same file bring its bytes again. The error to answer with.
  Error met_damage(const Cid& cid, std::uint64_t block, const std::string& why);
  // After the commit that took its row away.
  void drop_file(const catalogue::Tree& tree);
  std::size_t remove_expired(std::int64_t now_ms);
  void give_up_idle(std::int64_t now_ms);
  std::optional<std::int64_t> expiry(const PutWish& wish, std::int64_t now_ms) const;

  Parts parts_;
  store::SystemDiskSpace own_space_;
  store::DiskGuard guard_;
  Room room_;
  OpenFiles files_;
  Counters counters_;
  std::mutex repair_;  // of files that others read
  std::mutex mutex_;   // guards the next one; taken last
  std::map<UploadId, ActivePtr> uploads_;
};

}  // namespace status::storage
