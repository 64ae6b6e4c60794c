#include "services/waku/mesh/delivery.h"

#include <boost/asio/post.hpp>

#include "services/waku/message_codec.h"

namespace status::waku::mesh {
namespace {
constexpr BatchLimit kReplayBatch{64, 1024 * 1024};
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
}

// False when the service has no room.
bool Delivery::replay(const Record& record) {
  if (record.own) return true;
  Result<WakuMessage> message = decode_message(record.encoded, record.encoded.size());
  if (!message || !topics_.contains(message->content_topic)) return true;
  const std::string topic = pubsub_topic(runtime_.config.network.cluster, record.shard);
  if (!events_.on_message({record.hash, topic, std::move(*message), record.position})) return false;
  ++runtime_.counters.messages_delivered;
  return true;
}

}  // namespace status::waku::mesh
