// The settings of the mesh backend. Plain values, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/waku/mesh/peer_address.h"
#include "services/waku/message.h"
#include "services/waku/sharding.h"

namespace status::waku::mesh {

using Milliseconds = std::chrono::milliseconds;

struct Config {
  Network network;                         // cluster, shards
  PeerAddress listen{"127.0.0.1", 0, {}};  // listen; port 0: one is picked once and kept
  std::vector<PeerAddress> peers;          // peers
  bool accept_any = true;                  // accept = "any" | "configured" (only pinned peers may dial us)
  std::size_t max_peers = 64;              // max_peers: links at a time, both directions
  std::size_t max_message_bytes = kDefaultMaxMessageBytes;  // max_message_bytes

  std::chrono::seconds retention{30 * 24 * 3600};        // retention_hours, at most 45 days
  std::uint64_t retention_bytes = 256ULL * 1024 * 1024;  // retention_bytes
  std::chrono::seconds first_contact{3 * 24 *
                                     3600};  // first_contact_hours: how far back to ask a store never met before

  double messages_per_second = 1000;               // rate_messages: what one peer may send, sustained
  double burst_seconds = 4;                        // and how many seconds' worth of it at once
  double bytes_per_second = 8.0 * 1024 * 1024;     // rate_bytes
  std::size_t send_queue_bytes = 8 * 1024 * 1024;  // send_queue_bytes: a peer that lets this much pile up is dropped

  Milliseconds handshake_timeout{5000};
  Milliseconds ping_interval{5000};
  Milliseconds dead_after{15000};  // nothing heard for this long
  Milliseconds reconnect_first{100};
  Milliseconds reconnect_max{2000};         // reconnect_max_ms
  Milliseconds propagation_timeout{60000};  // propagation_timeout_ms
  Milliseconds query_timeout{10000};
  Milliseconds tick{1000};                // how often the deadlines above are looked at
  Milliseconds position_interval{10000};  // how often the service is told what it need not read again at a start
  Milliseconds expiry_interval{60000};    // how often what is too old leaves the store; what is too much leaves sooner
};

// From the map of the keys named above. Errors: INVALID_ARGUMENT `waku.invalid_config`, naming the key; unknown keys
// too.
Result<Config> parse_config(const Value& settings);

}  // namespace status::waku::mesh
