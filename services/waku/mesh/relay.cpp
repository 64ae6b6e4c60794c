#include "services/waku/mesh/relay.h"

#include "services/waku/message_codec.h"

namespace status::waku::mesh {
namespace {
constexpr std::size_t kSeenHashes = 16 * 1024;
constexpr std::chrono::minutes kSeenLifetime{10};
}  // namespace

Relay::Relay(Runtime& runtime, MessageArchive& archive, Forwarder& forwarder, Delivery& delivery)
    : runtime_(runtime),
      archive_(archive),
      forwarder_(forwarder),
      delivery_(delivery),
      stored_(kSeenHashes, kSeenLifetime),
      unstored_(kSeenHashes, kSeenLifetime) {}

Relay::Verdict Relay::accept(const PageEntry& entry, const Peer* source) {
  Counters& counters = runtime_.counters;
  ++counters.messages_received;
  Verdict verdict;
  Result<WakuMessage> message = decode_message(entry.encoded, runtime_.config.max_message_bytes);
  const Result<Shard> shard = message ? autoshard(message->content_topic, runtime_.config.network)
                                      : Result<Shard>(tl::unexpected(message.error()));
  if (shard) {
    verdict.hash = message_hash(shard->pubsub_topic, *message);
    verdict.hashed = true;
  }
  if (!shard || shard->index != entry.shard || Milliseconds(entry.age_ms) >= runtime_.config.retention) {
    ++counters.messages_rejected;
    return verdict;
  }
  if (message->ephemeral) {
    verdict.outcome = Outcome::accepted;
    verdict.fresh = !stored_.contains(verdict.hash) && unstored_.insert(verdict.hash, runtime_.clock.monotonic());
  } else {
    verdict = store(*message, entry, verdict);
  }
  if (!verdict.fresh) {
    ++counters.messages_duplicate;
    return verdict;
  }
  forwarder_.forward(frame(verdict.position, entry), entry.encoded.size(), verdict.position != 0, source);
  if (!verdict.archive_failed) {
    delivery_.offer({verdict.hash, shard->pubsub_topic, std::move(*message), verdict.position});
  }
  return verdict;
}

Relay::Verdict Relay::store(const WakuMessage& message, const PageEntry& entry, Verdict verdict) {
  verdict.outcome = Outcome::stored;
  if (stored_.contains(verdict.hash)) return verdict;
  const auto inserted = archive_.insert({.hash = verdict.hash,
                                         .shard = entry.shard,
                                         .timestamp_ns = message.timestamp_ns,
                                         .content_topic = message.content_topic,
                                         .arrived_ms = runtime_.clock.unix_ms() - entry.age_ms,
                                         .own = false,
                                         .encoded = entry.encoded});
  if (!inserted) {
    ++runtime_.counters.archive_errors;
    verdict.outcome = Outcome::accepted;
    verdict.archive_failed = true;
    verdict.fresh = unstored_.insert(verdict.hash, runtime_.clock.monotonic());  // others still get it, once
    return verdict;
  }
  stored_.insert(verdict.hash, runtime_.clock.monotonic());
  verdict.position = inserted->fresh ? inserted->position : 0;
  verdict.fresh = inserted->fresh;
  return verdict;
}

Result<Relay::Published> Relay::publish(const WakuMessage& message) {
  const Bytes encoded = encode_message(message);
  if (encoded.size() > runtime_.config.max_message_bytes) {
    return fail(Code::resource_exhausted, "waku.message_too_large",
                "the message has " + std::to_string(encoded.size()) + " bytes encoded, the network takes " +
                    std::to_string(runtime_.config.max_message_bytes));
  }
  const Result<Shard> shard = autoshard(message.content_topic, runtime_.config.network);
  if (!shard) return tl::unexpected(shard.error());
  Published published{.hash = message_hash(shard->pubsub_topic, message), .frame = nullptr};
  if (message.ephemeral) {
    unstored_.insert(published.hash, runtime_.clock.monotonic());
  } else {
    const auto inserted = archive_.insert({.hash = published.hash,
                                           .shard = shard->index,
                                           .timestamp_ns = message.timestamp_ns,
                                           .content_topic = message.content_topic,
                                           .arrived_ms = runtime_.clock.unix_ms(),
                                           .own = true,
                                           .encoded = encoded});
    if (!inserted) return tl::unexpected(inserted.error());
    stored_.insert(published.hash, runtime_.clock.monotonic());
    published.fresh = inserted->fresh;
    published.position = inserted->position;
  }
  ++runtime_.counters.messages_published;
  published.frame = frame(published.fresh ? published.position : 0, {0, shard->index, encoded});
  if (published.fresh) forwarder_.forward(published.frame, encoded.size(), published.position != 0, nullptr);
  return published;
}

SharedFrame Relay::frame(std::uint64_t position, const PageEntry& entry) const {
  return std::make_shared<const Bytes>(encode_frame(Relayed{position, entry.age_ms, entry.shard, entry.encoded}));
}

}  // namespace status::waku::mesh
