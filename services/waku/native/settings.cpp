#include "services/waku/native/settings.h"

#include <algorithm>

#include "ipc/api/convert.h"
#include "services/waku/message.h"

namespace status::waku::native {
namespace {

struct Preset {
  const char* name;
  Network network;
  std::size_t max_message_bytes;
  bool confirms;
};
// logos_delivery/waku/factory/networks_config.nim; `confirms` is its p2pReliability.
constexpr Preset kPresets[] = {
    {"twn", {1, 8}, kDefaultMaxMessageBytes, false},
    {"logos.test", {2, 8}, kDefaultMaxMessageBytes, true},
    {"logos.dev", {3, 8}, kDefaultMaxMessageBytes, true},
    {"status.prod", {16, 1}, kHighestMaxMessageBytes, false},
};

struct Table {
  std::string preset = "status.prod";
  std::optional<std::uint32_t> cluster;
  std::optional<std::uint32_t> shards;
  std::optional<std::uint32_t> max_message_bytes;
  std::optional<bool> reliability;
  std::optional<std::string> send;
  std::vector<std::string> stores;
  std::uint32_t catch_up_hours = 72;

  static void describe(api::Fields<Table>& f) {
    f.add("preset", &Table::preset, "The network that [waku_native.config] names.")
        .one_of({"twn", "logos.test", "logos.dev", "status.prod"})
        .optional();
    f.add("cluster", &Table::cluster, "Instead of the preset's.").range(0, 65'535);
    f.add("shards", &Table::shards, "Instead of the preset's.").range(1, 1'024);
    f.add("max_message_bytes", &Table::max_message_bytes, "Instead of the preset's.")
        .range(1'024, kHighestMaxMessageBytes);
    f.add("reliability", &Table::reliability, "Whether the library's node has `reliability`; instead of the preset's.");
    f.add("send", &Table::send, "How messages leave.").one_of({"messaging", "relay"});
    f.add("stores", &Table::stores, "Multiaddresses of store nodes.").length(1, 512).max_items(16).optional();
    f.add("catch_up_hours", &Table::catch_up_hours, "How far back what was missed is asked for.")
        .range(1, 45 * 24)
        .optional();
  }
};

}  // namespace

Result<Settings> parse_settings(const Value& table) {
  const Result<Table> given = api::from_value<Table>(table, api::Mode::strict);
  if (!given) return fail(given.error());
  const auto preset = std::ranges::find_if(kPresets, [&](const Preset& each) { return each.name == given->preset; });
  Settings out;
  out.network = preset->network;
  if (given->cluster) out.network.cluster = static_cast<std::uint16_t>(*given->cluster);
  if (given->shards) out.network.shard_count = static_cast<std::uint16_t>(*given->shards);
  out.max_message_bytes = given->max_message_bytes.value_or(static_cast<std::uint32_t>(preset->max_message_bytes));
  out.confirms = given->reliability.value_or(preset->confirms);
  if (given->send) out.tier = *given->send == "relay" ? Tier::relay : Tier::messaging;
  out.stores = given->stores;
  out.catch_up = std::chrono::hours(given->catch_up_hours);
  return out;
}

}  // namespace status::waku::native
