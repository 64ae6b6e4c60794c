// An archive that lives as long as its process: for tests and for the benchmark without a disk.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "services/waku/mesh/message_archive.h"

namespace status::waku::mesh {

class MemoryArchive final : public MessageArchive {
 public:
  explicit MemoryArchive(const ArchiveId& id) : id_(id) {}

  ArchiveId id() const override { return id_; }
  std::uint64_t head() const override { return head_; }
  ArchiveTotals totals() const override { return {records_.size(), bytes_}; }
  Result<Inserted> insert(const NewRecord& record) override;
  Result<std::vector<std::uint64_t>> positions_of(const std::vector<MessageHash>& hashes) override;
  Result<Batch> after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) override;
  Result<QueryBatch> query(const StoreQuery& query, std::size_t max_bytes) override;
  Status expire(std::int64_t oldest_ms, std::uint64_t max_bytes) override;
  Result<std::optional<PeerCursor>> cursor(const PeerId& peer) override;
  Status set_cursor(const PeerId& peer, const PeerCursor& cursor) override;

 private:
  struct Kept {
    Record record;
    std::int64_t timestamp_ns = 0;
    std::string content_topic;
  };
  using OrderKey = std::tuple<std::int64_t, MessageHash, std::uint64_t>;  // time stamp, hash, position

  void erase(std::map<std::uint64_t, Kept>::iterator kept);

  ArchiveId id_;
  std::uint64_t head_ = 0;
  std::uint64_t bytes_ = 0;
  std::map<std::uint64_t, Kept> records_;
  std::map<MessageHash, std::uint64_t> positions_;
  std::set<OrderKey> by_time_;
  std::map<PeerId, PeerCursor> cursors_;
};

}  // namespace status::waku::mesh
