// What a node's own record (EIP-778) says of the network that it is in. Its signature is not checked: the node is the
// operator's own. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace status::waku::attach {

// The entries `rs` or `rsv` of 51/WAKU2-RELAY-SHARDING.
struct RelayShards {
  std::uint16_t cluster = 0;
  std::vector<std::uint16_t> shards;  // rising, each once
};

// From "enr:…". Nothing when it is no record, or names no shards.
std::optional<RelayShards> relay_shards_of(std::string_view enr);

// How many shards the network has when a node relays all of them, 0 … N-1; nothing when some are left out.
std::optional<std::uint16_t> shard_count_of(const RelayShards& relay);

}  // namespace status::waku::attach
