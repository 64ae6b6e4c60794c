#include "services/chain/network/settings.h"

#include <algorithm>
#include <array>
#include <set>

#include "ipc/api/convert.h"

namespace status::chain {
namespace {

constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::size_t kMostEndpoints = 16;
constexpr std::size_t kMostNetworks = 4;

struct Known {
  std::string_view name;
  std::uint64_t chain_id;
};
constexpr std::array kKnown = {Known{"mainnet", 1},   Known{"sepolia", 11'155'111}, Known{"hoodi", 560'048},
                               Known{"optimism", 10}, Known{"base", 8'453},         Known{"arbitrum", 42'161},
                               Known{"anvil", 31'337}};

tl::unexpected<Error> wrong(std::string problem) {
  return fail(Code::invalid_argument, "chain.bad_configuration", std::move(problem));
}

Result<std::vector<rpc::Url>> parse(const std::vector<std::string>& texts) {
  std::vector<rpc::Url> urls;
  for (const std::string& text : texts) {
    Result<rpc::Url> url = rpc::parse_url(text);
    if (!url) return fail(url.error());
    urls.push_back(std::move(*url));
  }
  return urls;
}

// Its word would count twice.
std::optional<std::string> twice(const std::vector<rpc::Url>& urls) {
  std::set<std::string> names;
  for (const rpc::Url& url : urls) {
    if (!names.insert(url.name()).second) return url.name();
  }
  return {};
}

template <class T>
void describe_network(api::Fields<T>& f) {
  f.add("network", &T::network, "The network's name.").length(1, 32).optional();
  f.add("chain_id", &T::chain_id, "Of a network that is not known by its name.").optional();
  f.add("endpoints", &T::endpoints, "JSON-RPC endpoints, http:// or https://.")
      .length(1, 2'048)
      .max_items(kMostEndpoints)
      .optional();
  f.add("proxies", &T::proxies, "Verified proxies: their word on blocks is believed.")
      .length(1, 2'048)
      .max_items(kMostEndpoints)
      .optional();
  f.add("agree", &T::agree, "Endpoints that have to agree on a block; 0: a majority.")
      .range(0, kMostEndpoints)
      .optional();
  f.add("checkpoint", &T::checkpoint, "Hash of a block that every endpoint's chain must have.")
      .length(0, 66)
      .optional();
  f.add("poll_ms", &T::poll_ms, "Between looks for a new block.").range(10, kHourMs).optional();
  f.add("stale_after_ms", &T::stale_after_ms, "A newest block that is older is stale.")
      .range(100, 24 * kHourMs)
      .optional();
  f.add("attempt_ms", &T::attempt_ms, "One endpoint's time before the next one is asked.").range(10, 60'000).optional();
  f.add("connections", &T::connections, "To each endpoint.").range(1, 16).optional();
  f.add("batch", &T::batch, "Calls in one request; 1: never several.").range(1, 256).optional();
  f.add("max_answer_bytes", &T::max_answer_bytes, "Of one HTTP answer.").range(65'536, 64U << 20U).optional();
  f.add("max_log_blocks", &T::max_log_blocks, "That one query for logs may span.").range(1, 10'000).optional();
}

}  // namespace

void NetworkSettings::describe(api::Fields<NetworkSettings>& f) { describe_network(f); }

void ModuleSettings::describe(api::Fields<ModuleSettings>& f) {
  describe_network(f);
  f.add("enabled", &ModuleSettings::enabled, "Whether the node has this module.").optional();
  f.add("networks", &ModuleSettings::networks, "Further networks, a table of the same keys each.").optional();
  f.add("rpc_methods", &ModuleSettings::rpc_methods, "What `chain.rpc` may call.")
      .length(1, 64)
      .max_items(256)
      .optional();
  f.add("confirmations", &ModuleSettings::confirmations, "Blocks after which a transaction is `confirmed`.")
      .range(1, 10'000)
      .optional();
}

std::vector<std::string> ModuleSettings::default_rpc_methods() {
  return {"eth_blockNumber",
          "eth_chainId",
          "eth_feeHistory",
          "eth_gasPrice",
          "eth_getBlockByHash",
          "eth_getBlockByNumber",
          "eth_getBlockReceipts",
          "eth_getProof",
          "eth_getTransactionByBlockHashAndIndex",
          "eth_getTransactionByBlockNumberAndIndex",
          "eth_maxPriorityFeePerGas",
          "eth_syncing",
          "net_version",
          "web3_clientVersion"};
}

std::size_t NetworkSettings::needed() const { return agree != 0 ? agree : endpoints.size() / 2 + 1; }

Result<Network> check(NetworkSettings settings) {
  if (settings.chain_id == 0) {
    for (const Known& known : kKnown) {
      if (known.name == settings.network) settings.chain_id = known.chain_id;
    }
    if (settings.chain_id == 0) {
      return wrong("`chain.network` is \"" + settings.network + "\", which is not known: say its `chain_id`");
    }
  }
  Network network{.settings = std::move(settings)};
  if (const std::string& text = network.settings.checkpoint; !text.empty()) {
    const std::optional<Bytes> bytes = from_hex(text);
    network.checkpoint = bytes ? to_array<Hash>(*bytes) : std::nullopt;
    if (!network.checkpoint) return wrong("`chain.checkpoint` is no hash of 64 hex digits");
  }
  Result<std::vector<rpc::Url>> endpoints = parse(network.settings.endpoints);
  if (!endpoints) return fail(endpoints.error());
  if (const std::optional<std::string> name = twice(*endpoints)) {
    return wrong("`chain.endpoints` has " + *name +
                 " twice: whether endpoints agree is worth something for different ones");
  }
  Result<std::vector<rpc::Url>> proxies = parse(network.settings.proxies);
  if (!proxies) return fail(proxies.error());
  if (network.settings.agree > endpoints->size()) {
    return wrong("`chain.agree` is " + std::to_string(network.settings.agree) + ", and there are " +
                 std::to_string(endpoints->size()) + " endpoints");
  }
  network.endpoints = std::move(*endpoints);
  network.proxies = std::move(*proxies);
  return network;
}

Result<Networks> read_networks(const Value& config) {
  Result<ModuleSettings> settings = api::from_value<ModuleSettings>(config, api::Mode::strict);
  if (!settings) return fail(settings.error());
  const Value::Map* const further = settings->networks.as_map();
  if (further == nullptr) return wrong("`chain.networks` is no table");
  std::vector<NetworkSettings> all = {*settings};
  for (const auto& [name, table] : *further) {
    Result<NetworkSettings> one = api::from_value<NetworkSettings>(table, api::Mode::strict);
    if (!one) return fail(one.error());
    one->network = name;
    all.push_back(std::move(*one));
  }
  if (all.size() > kMostNetworks) return wrong("more than " + std::to_string(kMostNetworks) + " networks");
  Networks networks{{}, std::move(*settings)};
  for (NetworkSettings& one : all) {
    const auto same = [&](const Network& other) { return other.settings.network == one.network; };
    if (std::any_of(networks.networks.begin(), networks.networks.end(), same)) {
      return wrong("there are two networks \"" + one.network + "\"");
    }
    Result<Network> network = check(std::move(one));
    if (!network) return fail(network.error());
    networks.networks.push_back(std::move(*network));
  }
  return networks;
}

}  // namespace status::chain
