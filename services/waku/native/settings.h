// What the operator says of the network that the library's node is in: the table `[waku.native]`. Plain values, any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "services/waku/sharding.h"

namespace status::waku::native {

// How messages leave and arrive.
enum class Tier : std::uint8_t {
  messaging,  // the interface that the library's team supports; it chooses a message's time stamp, so its hash, itself
  relay,      // the kernel below it: messages as this node has made them
};

struct Settings {
  Network network;
  std::uint32_t max_message_bytes = 0;
  bool confirms = false;            // the messaging tier says when a store has a message
  std::optional<Tier> tier;         // empty: messaging where the library has it
  std::vector<std::string> stores;  // multiaddresses; empty: those among the peers it is connected to
  std::chrono::hours catch_up{72};  // how far back a store is asked for what was missed
};

// Presets are the library's own names of networks: `twn`, `logos.test`, `logos.dev`, `status.prod`. Errors:
// INVALID_ARGUMENT, naming the key.
Result<Settings> parse_settings(const Value& table);

}  // namespace status::waku::native
