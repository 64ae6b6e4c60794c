#include "services/waku/mesh/memory_archive.h"

#include <algorithm>

namespace status::waku::mesh {

Result<MessageArchive::Inserted> MemoryArchive::insert(const NewRecord& record) {
  if (const auto known = positions_.find(record.hash); known != positions_.end()) return Inserted{known->second, false};
  const std::uint64_t position = ++head_;
  positions_[record.hash] = position;
  by_time_.emplace(record.timestamp_ns, record.hash, position);
  bytes_ += record.encoded.size();
  records_[position] = {{position, record.hash, record.shard, record.arrived_ms, record.own, to_bytes(record.encoded)},
                        record.timestamp_ns,
                        std::string(record.content_topic)};
  return Inserted{position, true};
}

Result<std::vector<std::uint64_t>> MemoryArchive::positions_of(const std::vector<MessageHash>& hashes) {
  std::vector<std::uint64_t> out;
  for (const MessageHash& hash : hashes) {
    const auto known = positions_.find(hash);
    out.push_back(known == positions_.end() ? 0 : known->second);
  }
  return out;
}

Result<Batch> MemoryArchive::after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) {
  Batch batch{{}, position, false};
  std::size_t bytes = 0;
  for (auto it = records_.upper_bound(position); it != records_.end(); ++it) {
    const Record& record = it->second.record;
    if (record.arrived_ms < oldest_ms) continue;
    const bool full = batch.records.size() == limit.messages || bytes + record.encoded.size() > limit.bytes;
    if (full && !batch.records.empty()) {
      batch.more = true;
      return batch;
    }
    bytes += record.encoded.size();
    batch.next = record.position;
    batch.records.push_back(record);
  }
  batch.next = head_;
  return batch;
}

Result<QueryBatch> MemoryArchive::query(const StoreQuery& query, std::size_t max_bytes) {
  std::vector<std::uint64_t> order;
  for (const auto& [timestamp, hash, position] : by_time_) order.push_back(position);
  if (!query.forward) std::reverse(order.begin(), order.end());
  auto it = order.begin();
  if (query.cursor) {
    const auto known = positions_.find(*query.cursor);
    if (known == positions_.end())
      return fail(Code::not_found, "waku.unknown_cursor", "the message of the cursor is gone");
    it = std::next(std::find(order.begin(), order.end(), known->second));
  }
  QueryBatch batch;
  std::size_t bytes = 0;
  for (; it != order.end(); ++it) {
    const Kept& kept = records_.at(*it);
    if (query.start_ns && kept.timestamp_ns < *query.start_ns) continue;
    if (query.end_ns && kept.timestamp_ns > *query.end_ns) continue;
    const auto& topics = query.content_topics;
    if (!topics.empty() && std::find(topics.begin(), topics.end(), kept.content_topic) == topics.end()) continue;
    const bool full = batch.records.size() == query.limit || bytes + kept.record.encoded.size() > max_bytes;
    if (full && !batch.records.empty()) {
      batch.more = true;
      break;
    }
    bytes += kept.record.encoded.size();
    batch.records.push_back(kept.record);
  }
  return batch;
}

void MemoryArchive::erase(std::map<std::uint64_t, Kept>::iterator kept) {
  bytes_ -= kept->second.record.encoded.size();
  positions_.erase(kept->second.record.hash);
  by_time_.erase({kept->second.timestamp_ns, kept->second.record.hash, kept->first});
  records_.erase(kept);
}

Status MemoryArchive::expire(std::int64_t oldest_ms, std::uint64_t max_bytes) {
  for (auto it = records_.begin(); it != records_.end();) {
    const auto current = it++;
    if (current->second.record.arrived_ms < oldest_ms || bytes_ > max_bytes) erase(current);
  }
  return {};
}

Result<std::optional<PeerCursor>> MemoryArchive::cursor(const PeerId& peer) {
  const auto found = cursors_.find(peer);
  return found == cursors_.end() ? std::optional<PeerCursor>() : std::optional(found->second);
}

Status MemoryArchive::set_cursor(const PeerId& peer, const PeerCursor& cursor) {
  cursors_[peer] = cursor;
  return {};
}

}  // namespace status::waku::mesh
