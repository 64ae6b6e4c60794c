#include "services/waku/mesh/config.h"

#include <optional>

#include "services/waku/settings.h"

namespace status::waku::mesh {
namespace {

using Problem = std::optional<std::string>;

template <class Assign>
Setter<Config> number(std::uint64_t low, std::uint64_t high, Assign assign) {
  return waku::number<Config>(low, high, assign);
}

Problem set_listen(Config& config, const Value& value) {
  if (value.as_string() == nullptr) return "must be a string host:port";
  const Result<PeerAddress> address = parse_listen_address(*value.as_string());
  if (!address) return "is wrong: " + address.error().message;
  config.listen = *address;
  return std::nullopt;
}

Problem set_peers(Config& config, const Value& value) {
  const Value::Array* list = value.as_array();
  if (list == nullptr) return "must be a list of host:port#id";
  for (const Value& item : *list) {
    if (item.as_string() == nullptr) return "must be a list of strings host:port#id";
    const Result<PeerAddress> address = parse_peer_address(*item.as_string());
    if (!address) return "is wrong: " + address.error().message;
    config.peers.push_back(*address);
  }
  return std::nullopt;
}

Problem set_accept(Config& config, const Value& value) {
  const std::string* word = value.as_string();
  if (word == nullptr || (*word != "any" && *word != "configured")) return "must be \"any\" or \"configured\"";
  config.accept_any = *word == "any";
  return std::nullopt;
}

const Setters<Config>& setters() {
  using std::chrono::hours;
  constexpr std::uint64_t kMiB = 1024 * 1024;
  static const Setters<Config> table = {
      {"cluster", number(0, 65'535, [](Config& c, auto v) { c.network.cluster = static_cast<std::uint16_t>(v); })},
      {"shards", number(1, 1'024, [](Config& c, auto v) { c.network.shard_count = static_cast<std::uint16_t>(v); })},
      {"listen", set_listen},
      {"peers", set_peers},
      {"accept", set_accept},
      {"max_peers", number(1, 1'000, [](Config& c, auto v) { c.max_peers = v; })},
      {"max_message_bytes", number(1'024, kHighestMaxMessageBytes, [](Config& c, auto v) { c.max_message_bytes = v; })},
      {"retention_hours", number(1, 45 * 24, [](Config& c, auto v) { c.retention = hours(v); })},
      {"retention_bytes", number(kMiB, 1'024 * 1'024 * kMiB, [](Config& c, auto v) { c.retention_bytes = v; })},
      {"first_contact_hours", number(1, 45 * 24, [](Config& c, auto v) { c.first_contact = hours(v); })},
      {"rate_messages",
       number(1, 1'000'000, [](Config& c, auto v) { c.messages_per_second = static_cast<double>(v); })},
      {"rate_bytes",
       number(1'024, 1'024 * kMiB, [](Config& c, auto v) { c.bytes_per_second = static_cast<double>(v); })},
      {"send_queue_bytes", number(2 * kMiB, 256 * kMiB, [](Config& c, auto v) { c.send_queue_bytes = v; })},
      {"reconnect_max_ms", number(100, 600'000, [](Config& c, auto v) { c.reconnect_max = Milliseconds(v); })},
      {"propagation_timeout_ms",
       number(100, 600'000, [](Config& c, auto v) { c.propagation_timeout = Milliseconds(v); })},
  };
  return table;
}

}  // namespace

Result<Config> parse_config(const Value& settings) { return read_settings("mesh", settings, setters()); }

}  // namespace status::waku::mesh
