#include "services/waku/sharding.h"

#include <sodium.h>

#include "services/waku/big_endian.h"

namespace status::waku {

std::uint16_t shard_of(const ContentTopic& topic, std::uint16_t shard_count) {
  const std::string text = topic.application + topic.version;
  std::uint8_t digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, as_bytes(text).data(), text.size());
  return static_cast<std::uint16_t>(from_big_endian<std::uint64_t>(ByteView(digest).subspan(24)) % shard_count);
}

std::string pubsub_topic(std::uint16_t cluster, std::uint16_t shard) {
  return "/waku/2/rs/" + std::to_string(cluster) + "/" + std::to_string(shard);
}

Result<Shard> autoshard(std::string_view content_topic, const Network& network) {
  const Result<ContentTopic> topic = parse_content_topic(content_topic);
  if (!topic) return tl::unexpected(topic.error());
  const std::uint16_t index = shard_of(*topic, network.shard_count);
  return Shard{index, pubsub_topic(network.cluster, index)};
}

}  // namespace status::waku
