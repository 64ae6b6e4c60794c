#include "services/waku/mesh/delivery.h"

#include <boost/asio/post.hpp>

#include "services/waku/message_codec.h"

namespace status::waku::mesh {
namespace {
constexpr BatchLimit kReplayBatch{64, 1024 * 1024};
}

void Delivery::start(const Resume& from) {
  topics_ = from.subscriptions;
  reported_ = from.position;
  last_report_ = runtime_.clock.monotonic();
  resume(from.position);
}

void Delivery::offer(ReceivedMessage message) {
  if (!topics_.contains(message.message.content_topic)) return;
  const bool kept = message.position != 0;
  if (behind_ && kept) return;  // the replay comes to it, in order
  if (events_.on_message(std::move(message))) {
    ++runtime_.counters.messages_delivered;
  } else if (kept) {
    behind_ = refused_ = true;
  } else {
    ++runtime_.counters.messages_undelivered;
  }
}

void Delivery::resume(std::uint64_t position) {
  replayed_ = position;
  behind_ = true;
  refused_ = false;
  schedule();
}

void Delivery::tick() {
  if (behind_ && !refused_) schedule();
  if (runtime_.clock.monotonic() - last_report_ >= runtime_.config.position_interval) report();
}

// Without this a node that relays what nobody here wants would look through all of it again at each start. Not behind,
// everything that is in the archive has been offered.
void Delivery::report() {
  const std::uint64_t position = behind_ ? replayed_ : archive_.head();
  if (position <= reported_) return;
  reported_ = position;
  last_report_ = runtime_.clock.monotonic();
  events_.on_position(position);
}

void Delivery::schedule() {
  if (replaying_) return;
  replaying_ = true;
  boost::asio::post(runtime_.io, [this] {
    replaying_ = false;
    replay_batch();
  });
}

void Delivery::replay_batch() {
  if (refused_) return;
  const Result<Batch> batch = archive_.after(replayed_, 0, kReplayBatch);
  if (!batch) {
    ++runtime_.counters.archive_errors;
    return;  // the next tick tries again
  }
  for (const Record& record : batch->records) {
    if (!replay(record)) {
      refused_ = true;
      return;
    }
    replayed_ = record.position;
  }
  replayed_ = batch->next;
  if (batch->more) return schedule();
  behind_ = false;
  report();
}

// False when the service has no room.
bool Delivery::replay(const Record& record) {
  if (record.own) return true;
  Result<WakuMessage> message = decode_message(record.encoded, record.encoded.size());
  if (!message) return true;
  const auto wanted = topics_.find(message->content_topic);
  if (wanted == topics_.end() || record.position <= wanted->second) return true;
  const std::string topic = pubsub_topic(runtime_.config.network.cluster, record.shard);
  if (!events_.on_message({record.hash, topic, std::move(*message), record.position})) return false;
  ++runtime_.counters.messages_delivered;
  return true;
}

}  // namespace status::waku::mesh
