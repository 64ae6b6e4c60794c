#include "services/waku/mesh/pending.h"

#include <algorithm>

namespace status::waku::mesh {
namespace {
constexpr std::size_t kCapacity = 4096;
constexpr std::size_t kFrameBytes = 16 * 1024 * 1024;
}  // namespace

bool Pending::full() const { return waiting_.size() >= kCapacity || frame_bytes_ >= kFrameBytes; }

void Pending::add(const MessageHash& hash, std::uint64_t position) {
  Entry entry;
  entry.position = position;
  add(hash, std::move(entry));
}

void Pending::add(const MessageHash& hash, SharedFrame frame) {
  frame_bytes_ += frame->size();
  Entry entry;
  entry.frame = std::move(frame);
  add(hash, std::move(entry));
}

void Pending::add(const MessageHash& hash, Entry entry) {
  if (const auto known = waiting_.find(hash); known != waiting_.end()) erase(known);
  entry.order = ++added_;
  entry.deadline = runtime_.clock.monotonic() + runtime_.config.propagation_timeout;
  waiting_.emplace(hash, std::move(entry));
}

void Pending::erase(Waiting::iterator entry) {
  if (entry->second.frame != nullptr) frame_bytes_ -= entry->second.frame->size();
  waiting_.erase(entry);
}

void Pending::on_ack(const MessageHash& hash, Outcome outcome) {
  const auto found = waiting_.find(hash);
  if (found == waiting_.end()) return;
  Entry& entry = found->second;
  if (outcome == Outcome::rejected) {
    ++runtime_.counters.rejected_by_peer;
    entry.rejected = true;
    return;
  }
  if (!entry.propagated) {
    entry.propagated = true;
    ++runtime_.counters.propagated;
    events_.on_propagated(hash);
  }
  if (entry.frame != nullptr) return erase(found);
  if (outcome != Outcome::stored) return;
  ++runtime_.counters.sent;
  events_.on_sent(hash);
  erase(found);
}

void Pending::on_stored_up_to(std::uint64_t position) {
  std::vector<MessageHash> stored;
  for (const auto& [hash, entry] : waiting_) {
    if (entry.position != 0 && entry.position <= position) stored.push_back(hash);
  }
  for (const MessageHash& hash : stored) on_ack(hash, Outcome::stored);
}

std::vector<SharedFrame> Pending::unpropagated() const {
  std::vector<const Entry*> entries;
  for (const auto& [hash, entry] : waiting_) {
    if (entry.frame != nullptr && !entry.propagated) entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->order < b->order; });
  std::vector<SharedFrame> frames;
  for (const Entry* entry : entries) frames.push_back(entry->frame);
  return frames;
}

void Pending::tick() {
  const MonotonicTime now = runtime_.clock.monotonic();
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto current = it++;
    if (now < current->second.deadline) continue;
    if (!current->second.propagated) report_failure(current->first, current->second);
    erase(current);
  }
}

void Pending::report_failure(const MessageHash& hash, const Entry& entry) {
  ++runtime_.counters.propagation_timeouts;
  if (entry.rejected) {
    return events_.on_error(hash,
                            make_error(Code::failed_precondition, "waku.rejected", "every peer refused the message"));
  }
  const std::string timeout = std::to_string(runtime_.config.propagation_timeout.count());
  events_.on_error(hash, make_retryable(Code::unavailable, "waku.not_propagated",
                                        "no peer took the message within " + timeout + " ms"));
}

}  // namespace status::waku::mesh
