// The settings of the attach backend. Plain values, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/tcp_address.h"
#include "ipc/base/value.h"
#include "services/waku/message.h"

namespace status::waku::attach {

using Milliseconds = std::chrono::milliseconds;

struct Config {
  TcpAddress node{"127.0.0.1", 8645};    // url = "http://host:port"
  std::optional<std::uint16_t> cluster;  // cluster and shards: without them the node's record says
  std::optional<std::uint16_t> shards;
  std::string store_peer;  // store_peer: multiaddress of the store that is asked; empty: the node's own choice
  std::size_t max_message_bytes = kDefaultMaxMessageBytes;  // max_message_bytes: the node does not say
  Milliseconds poll{200};                                   // poll_ms: between two looks at the node's caches
  Milliseconds fill_in{15000};              // fill_in_ms: how often the store is compared with what came, at least
  Milliseconds overlap{60000};              // overlap_ms: how far back each time; what clocks may differ by
  Milliseconds reconnect_max{5000};         // reconnect_max_ms
  Milliseconds propagation_timeout{60000};  // propagation_timeout_ms

  Milliseconds reconnect_first{100};
  Milliseconds start_wait{7000};       // what start() allows for a node whose network is not known yet
  Milliseconds answer_timeout{10000};  // of one request
  Milliseconds health_interval{2000};
  Milliseconds retry{500};    // of a message that the node refused
  Milliseconds confirm{500};  // between two questions whether the store has a message; doubled up to ten times that
};

// From the map of the keys named above. Errors: INVALID_ARGUMENT `waku.invalid_config`, naming the key; unknown keys
// too.
Result<Config> parse_config(const Value& settings);

}  // namespace status::waku::attach
