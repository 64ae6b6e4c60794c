#include "services/waku/attach/config.h"

#include "services/waku/settings.h"

namespace status::waku::attach {
namespace {

using Problem = std::optional<std::string>;

Problem set_url(Config& config, const Value& value) {
  constexpr std::string_view kScheme = "http://";
  const Problem wrong = "must be a string http://host:port, the node's REST address";
  if (value.as_string() == nullptr || !value.as_string()->starts_with(kScheme)) return wrong;
  std::string_view rest = std::string_view(*value.as_string()).substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::optional<TcpAddress> address = parse_tcp_address(rest);
  if (!address || address->port == 0 || address->host.find_first_of("/@ ") != std::string::npos) return wrong;
  config.node = *address;
  return std::nullopt;
}

Problem set_store_peer(Config& config, const Value& value) {
  if (value.as_string() == nullptr || !value.as_string()->starts_with('/')) {
    return "must be a multiaddress such as /ip4/192.0.2.7/tcp/60000/p2p/16Uiu2…";
  }
  config.store_peer = *value.as_string();
  return std::nullopt;
}

const Setters<Config>& setters() {
  static const Setters<Config> table = {
      {"url", set_url},
      {"cluster", number<Config>(0, 65'535, [](Config& c, auto v) { c.cluster = static_cast<std::uint16_t>(v); })},
      {"shards", number<Config>(1, 1'024, [](Config& c, auto v) { c.shards = static_cast<std::uint16_t>(v); })},
      {"store_peer", set_store_peer},
      {"max_message_bytes",
       number<Config>(1'024, kHighestMaxMessageBytes, [](Config& c, auto v) { c.max_message_bytes = v; })},
      {"poll_ms", number<Config>(10, 60'000, [](Config& c, auto v) { c.poll = Milliseconds(v); })},
      {"fill_in_ms", number<Config>(100, 3'600'000, [](Config& c, auto v) { c.fill_in = Milliseconds(v); })},
      {"overlap_ms", number<Config>(0, 86'400'000, [](Config& c, auto v) { c.overlap = Milliseconds(v); })},
      {"reconnect_max_ms", number<Config>(100, 600'000, [](Config& c, auto v) { c.reconnect_max = Milliseconds(v); })},
      {"propagation_timeout_ms",
       number<Config>(100, 600'000, [](Config& c, auto v) { c.propagation_timeout = Milliseconds(v); })},
  };
  return table;
}

}  // namespace

Result<Config> parse_config(const Value& settings) { return read_settings("attach", settings, setters()); }

}  // namespace status::waku::attach
