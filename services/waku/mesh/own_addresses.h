// Where this machine can be reached: what a node that listens on every address tells others to dial.
#pragma once

#include <vector>

#include "services/waku/mesh/peer_address.h"

namespace status::waku::mesh {

// `listening` itself, unless it is 0.0.0.0 or [::]: then the addresses of the interfaces that are up ([::] takes IPv4
// connections too), without loopback and link-local ones; only when there are none, loopback. Any thread; asks the
// kernel.
std::vector<PeerAddress> own_addresses(const PeerAddress& listening);

}  // namespace status::waku::mesh
