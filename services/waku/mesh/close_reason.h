// Why a link ended: a closed set, sent in goodbye frames, counted, and shown to operators.
#pragma once

#include <cstdint>
#include <string_view>

namespace status::waku::mesh {

// The numbers travel (MESH.md); append only.
enum class CloseReason : std::uint8_t {
  shutdown = 0,
  peer_closed = 1,
  network = 2,      // connect, read or write failed
  tls = 3,          // the TLS handshake failed
  wrong_peer = 4,   // the peer is not the one that was pinned
  not_allowed = 5,  // accept = "configured" and the peer is not
  timeout = 6,      // no greeting in time
  protocol = 7,     // a malformed, oversize or unexpected frame
  version = 8,
  wrong_network = 9,  // another cluster or number of shards
  slow = 10,          // its send queue ran full
  dead = 11,          // nothing heard for too long
  duplicate = 12,     // a better link to the same peer exists
  too_many = 13,
  self = 14,      // the address leads back to this node
  unwanted = 15,  // an operator removed the peer
};
inline constexpr std::size_t kCloseReasons = 16;

std::string_view to_word(CloseReason reason);

}  // namespace status::waku::mesh
