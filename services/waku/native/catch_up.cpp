#include "services/waku/native/catch_up.h"

#include <algorithm>

namespace status::waku::native {

void CatchUp::run(const std::map<std::string, std::int64_t>& wanted, const Network& network, Ended ended) {
  run_ = std::make_shared<Run>();
  run_->ended = std::move(ended);
  std::map<std::string, std::map<std::string, std::int64_t>> shards;
  for (const auto& [topic, from_ns] : wanted) {
    const Result<Shard> shard = autoshard(topic, network);
    if (!shard) continue;  // no such topic can be subscribed to
    auto& batch = shards[shard->pubsub_topic];
    batch[topic] = from_ns;
    if (batch.size() == kTopics) run_->batches.push_back(std::exchange(batch, {}));
  }
  for (auto& [shard, batch] : shards) {
    if (!batch.empty()) run_->batches.push_back(std::move(batch));
  }
  const std::shared_ptr<Run> run = run_;  // which may end right here
  next(run);
}

void CatchUp::cancel() { run_.reset(); }

void CatchUp::next(const std::shared_ptr<Run>& run) {
  if (run != run_) return;
  if (run->batch == run->batches.size()) return end(run, {});
  StoreQuery query;
  query.limit = kMaxStorePage;
  query.cursor = run->cursor;
  std::int64_t from_ns = run->batches[run->batch].begin()->second;
  for (const auto& [topic, topic_from_ns] : run->batches[run->batch]) {
    query.content_topics.push_back(topic);
    from_ns = std::min(from_ns, topic_from_ns);
  }
  query.start_ns = from_ns;
  ask_(std::move(query), [this, run](Result<StorePage> page) { took(run, std::move(page)); });
}

void CatchUp::took(const std::shared_ptr<Run>& run, Result<StorePage> page) {
  if (run != run_) return;
  if (!page) return end(run, fail(std::move(page.error())));
  const std::map<std::string, std::int64_t>& wanted = run->batches[run->batch];
  std::erase_if(page->messages, [&](const StoredMessage& stored) {
    const auto topic = wanted.find(stored.message.content_topic);
    return topic == wanted.end() || stored.message.timestamp_ns < topic->second;
  });
  run->found += page->messages.size();
  run->cursor = page->cursor;
  if (!run->cursor) ++run->batch;
  give_(std::move(page->messages), [this, run] { next(run); });
}

void CatchUp::end(const std::shared_ptr<Run>& run, const Status& outcome) {
  run_.reset();
  run->ended(outcome, run->found);
}

}  // namespace status::waku::native
