// What the configuration says of a network: [chain] of node.toml, and [chain.networks.NAME] for further ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/api/fields.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/rpc/url.h"

namespace status::chain {

struct NetworkSettings {
  std::string network = "mainnet";
  std::uint64_t chain_id = 0;  // 0: that of the network's name
  std::vector<std::string> endpoints;
  std::vector<std::string> proxies;
  std::uint64_t agree = 0;
  std::string checkpoint;
  std::uint64_t poll_ms = 3'000;
  std::uint64_t stale_after_ms = 120'000;
  std::uint64_t attempt_ms = 5'000;
  std::uint64_t connections = 4;
  std::uint64_t batch = 64;
  std::uint64_t max_answer_bytes = 16U << 20U;
  std::uint64_t max_log_blocks = 256;

  static void describe(api::Fields<NetworkSettings>& f);

  // How many endpoints have to agree on a block: a majority unless it says how many.
  std::size_t needed() const;
};

// [chain] as a whole.
struct ModuleSettings : NetworkSettings {
  bool enabled = true;  // statusd's: there is no module where it is false
  Value networks = Value::Map{};
  std::vector<std::string> rpc_methods = default_rpc_methods();
  std::uint64_t confirmations = 12;

  static void describe(api::Fields<ModuleSettings>& f);
  // Those that only read.
  static std::vector<std::string> default_rpc_methods();
};

// What has been checked.
struct Network {
  NetworkSettings settings;
  std::optional<Hash> checkpoint;
  std::vector<rpc::Url> endpoints;
  std::vector<rpc::Url> proxies;
};

// Errors: INVALID_ARGUMENT `chain.bad_configuration` with the key, `chain.bad_endpoint`.
Result<Network> check(NetworkSettings settings);

// Every network of the configuration, the module's own first. Errors: those of check(), and INVALID_ARGUMENT for keys that
// are none.
struct Networks {
  std::vector<Network> networks;
  ModuleSettings settings;
};
Result<Networks> read_networks(const Value& config);

}  // namespace status::chain
