// Which shard a content topic belongs to (specs: 51/WAKU2-RELAY-SHARDING, autosharding of generation 0). Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "services/waku/content_topic.h"

namespace status::waku {

// A network is a cluster id and a number of shards: nodes that differ in either hash and route messages differently.
struct Network {
  std::uint16_t cluster = 16;
  std::uint16_t shard_count = 1;

  friend bool operator==(const Network&, const Network&) = default;
};

// uint64_be(sha256(application || version)[24..31]) mod shard_count; name and encoding do not matter. `shard_count` >
// 0.
std::uint16_t shard_of(const ContentTopic& topic, std::uint16_t shard_count);

// "/waku/2/rs/<cluster>/<shard>".
std::string pubsub_topic(std::uint16_t cluster, std::uint16_t shard);

struct Shard {
  std::uint16_t index = 0;
  std::string pubsub_topic;
};

// From the text of a content topic. Errors: those of parse_content_topic.
Result<Shard> autoshard(std::string_view content_topic, const Network& network);

}  // namespace status::waku
