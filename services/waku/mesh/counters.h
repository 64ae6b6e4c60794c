// What the mesh backend counts. Written and read on the mesh thread only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/waku/mesh/close_reason.h"

namespace status::waku::mesh {

struct Counters {
  std::uint64_t links_opened = 0;  // greetings completed
  std::uint64_t dials = 0;
  std::uint64_t closed_by_peer = 0;
  std::array<std::uint64_t, kCloseReasons> closed{};  // by this node, per CloseReason

  std::uint64_t messages_received = 0;  // over links, duplicates included
  std::uint64_t messages_duplicate = 0;
  std::uint64_t messages_rejected = 0;     // malformed, oversize, of the wrong shard or too old
  std::uint64_t messages_forwarded = 0;    // copies handed to links
  std::uint64_t messages_published = 0;    // sent by this node
  std::uint64_t messages_delivered = 0;    // handed to the service
  std::uint64_t messages_undelivered = 0;  // ephemeral ones that the service had no room for
  std::uint64_t messages_caught_up = 0;    // new to this node, from a peer's store

  std::uint64_t propagated = 0;
  std::uint64_t sent = 0;
  std::uint64_t propagation_timeouts = 0;
  std::uint64_t rejected_by_peer = 0;

  std::uint64_t throttled = 0;  // pauses in reading from a peer that sends too fast
  std::uint64_t frames_unknown = 0;
  std::uint64_t pages_served = 0;
  std::uint64_t pages_fetched = 0;
  std::uint64_t queries_served = 0;
  std::uint64_t archive_errors = 0;

  std::vector<std::pair<std::string, std::uint64_t>> list() const;
};

}  // namespace status::waku::mesh
