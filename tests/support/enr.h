// Node records (EIP-778) as a node would show them, unsigned. Any thread.
#pragma once

#include <string>

#include "services/waku/sharding.h"

namespace status::test {

// All shards of the network as the list `rs`; as the bits `rsv` from 64 shards on.
std::string make_enr(const waku::Network& network);

}  // namespace status::test
