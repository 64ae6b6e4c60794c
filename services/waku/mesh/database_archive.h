// The archive in the module's SQLCipher database.
#pragma once

#include <memory>
#include <string>

#include "ipc/base/random.h"
#include "services/host/store/database.h"
#include "services/host/store/migration.h"
#include "services/waku/mesh/message_archive.h"

namespace status::waku::mesh {

// The tables, as a step of the module's migrations.
store::Migration archive_migration(int version);

// Commits are `normal`: they survive kill -9. Power loss may take the newest; after every boot positions go on well
// above the last one known, so that none of them ever names two messages, neither for peers nor for the service. A boot
// is noted with the first message that comes in it, so that opening writes nothing but the id of a new archive.
class DatabaseArchive final : public MessageArchive {
 public:
  // After the migrations. The database outlives the archive.
  static Result<std::unique_ptr<DatabaseArchive>> open(
      store::Database& database, Random& random, const std::string& boot_id_path = "/proc/sys/kernel/random/boot_id");

  ArchiveId id() const override { return id_; }
  std::uint64_t head() const override { return head_; }
  ArchiveTotals totals() const override { return totals_; }
  Result<Inserted> insert(const NewRecord& record) override;
  Result<std::vector<std::uint64_t>> positions_of(const std::vector<MessageHash>& hashes) override;
  Result<Batch> after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) override;
  Result<QueryBatch> query(const StoreQuery& query, std::size_t max_bytes) override;
  Status expire(std::int64_t oldest_ms, std::uint64_t max_bytes) override;
  Result<std::optional<PeerCursor>> cursor(const PeerId& peer) override;
  Status set_cursor(const PeerId& peer, const PeerCursor& cursor) override;

 private:
  explicit DatabaseArchive(store::Database& database) : database_(database) {}
  Status load(Random& random, const std::string& boot_id);
  Status load_head(store::Transaction& tx);
  Status note_boot(store::Transaction& tx);
  Status load_totals(store::Transaction& tx);
  // Both take what they delete off `left`.
  Status expire_old(store::Transaction& tx, std::int64_t oldest_ms, ArchiveTotals& left);
  Status expire_excess(store::Transaction& tx, std::uint64_t max_bytes, ArchiveTotals& left);

  store::Database& database_;
  ArchiveId id_{};
  std::uint64_t head_ = 0;
  std::string noted_boot_;  // that the table knows; its positions begin at or above the base that is noted with it
  std::string boot_;
  ArchiveTotals totals_;
};

}  // namespace status::waku::mesh
