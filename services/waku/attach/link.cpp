#include "services/waku/attach/link.h"

#include <algorithm>
#include <charconv>

#include "ipc/base/file.h"
#include "services/waku/attach/enr.h"
#include "services/waku/backoff.h"

namespace status::waku::attach {
namespace {

std::string to_text(const Network& network) {
  return std::to_string(network.cluster) + " " + std::to_string(network.shard_count);
}

std::optional<Network> network_from(const std::string& text) {
  Network out;
  const char* end = text.data() + text.size();
  const auto cluster = std::from_chars(text.data(), end, out.cluster);
  if (cluster.ec != std::errc() || cluster.ptr == end) return std::nullopt;
  const auto shards = std::from_chars(cluster.ptr + 1, end, out.shard_count);
  return shards.ec == std::errc() && out.shard_count > 0 ? std::optional(out) : std::nullopt;
}

}  // namespace

Link::Link(Runtime& runtime, std::string remembered_in, std::function<void()> on_change)
    : runtime_(runtime),
      remembered_in_(std::move(remembered_in)),
      on_change_(std::move(on_change)),
      http_(runtime.io, runtime.config.node, runtime.config.answer_timeout, runtime.traffic),
      alarm_(runtime.io) {}

void Link::stop() {
  http_.stop();
  alarm_.wake();
}

asio::awaitable<void> Link::run(std::function<void(Result<Network>)> on_first) {
  const MonotonicTime begun = runtime_.clock.monotonic();
  Milliseconds delay{0};
  while (!runtime_.stopping) {
    const Status looked = co_await look();
    if (runtime_.stopping) break;
    if (!looked) lose(looked.error());
    if (on_first) {
      const std::optional<Network> known = known_network();
      const bool hopeless = !looked && looked.error().code == Code::failed_precondition;
      const bool late = runtime_.clock.monotonic() - begun >= runtime_.config.start_wait;
      if (looked || (known && !hopeless)) {
        std::exchange(on_first, {})(*known);
      } else if (hopeless || late) {
        std::exchange(on_first, {})(fail(looked.error()));
      }
    }
    delay =
        looked ? Milliseconds(0) : next_backoff(delay, runtime_.config.reconnect_first, runtime_.config.reconnect_max);
    co_await alarm_.sleep(looked ? runtime_.config.health_interval : jittered(delay, runtime_.random));
  }
  if (on_first) on_first(fail(make_retryable(Code::unavailable, "waku.stopping", "the backend is not running")));
}

asio::awaitable<Status> Link::look() {
  const Result<Health> report = co_await health(http_);
  if (!report) co_return fail(report.error());
  if (report->initialising) {
    co_return fail(
        make_retryable(Code::unavailable, "waku.node_initialising", "the node is still starting: " + report->text));
  }
  if (!node_) {
    const Status found = co_await find();
    if (!found) co_return found;
  }
  co_await watch(*report);
  co_return Status();
}

asio::awaitable<Status> Link::find() {
  const Result<Described> described = co_await describe(http_);
  if (!described) co_return fail(described.error());
  const Result<Network> network = network_of(described->info);
  if (!network) co_return fail(network.error());
  const Result<Way> way = co_await choose_way(*described, *network);
  if (!way) co_return fail(way.error());
  if (runtime_.stopping) co_return Status();
  if (const std::string text = to_text(*network) + "\n"; read_file(remembered_in_).value_or("") != text) {
    if (const Status kept = replace_file(remembered_in_, text, Durability::lazy); !kept) co_return kept;
  }
  node_ = AttachedNode{*described, Route(*way, *network), StoreDialect::unknown, false};
  ++generation_;
  ++runtime_.counters.attached;
  complained_.clear();
  runtime_.events.on_notice("attached to the node at http://" + status::to_text(runtime_.config.node) + " (" +
                            described->version + "), cluster " + std::to_string(network->cluster) + " of " +
                            std::to_string(network->shard_count) + " shards, by " + std::string(to_word(*way)));
  on_change_();
  co_return Status();
}

// A node that relays is asked for relayed messages; which paths it has, it says by 404. An empty list changes nothing.
asio::awaitable<Result<Way>> Link::choose_way(const Described& described, const Network& network) {
  HttpRequest request;
  request.verb = Verb::post;
  request.body = "[]";
  request.target = "/relay/v1/auto/subscriptions";
  const auto has_it = [](const Result<std::string>& answer) {
    return answer || answer.error().reason != "waku.node_lacks";
  };
  Result<std::string> answer = co_await ask(http_, request);
  if (!answer && is_away(answer.error())) co_return fail(answer.error());
  if (has_it(answer)) {
    // go-waku's own sharding is of this one network, whatever the node is in.
    const bool shards_as_we = described.today || network == Network{1, 8};
    co_return shards_as_we ? Way::relay_auto : Way::relay_shards;
  }
  request.target = "/messaging/v1/subscriptions";
  answer = co_await ask(http_, request);
  if (!answer && is_away(answer.error())) co_return fail(answer.error());
  co_return has_it(answer) ? Way::messaging : Way::filter;
}

Result<Network> Link::network_of(const NodeInfo& info) const {
  const std::optional<RelayShards> relay = relay_shards_of(info.enr);
  const auto& wanted = runtime_.config;
  const std::optional<std::uint16_t> count = relay ? shard_count_of(*relay) : std::nullopt;
  const std::optional<std::uint16_t> cluster = wanted.cluster ? wanted.cluster
                                               : relay        ? std::optional(relay->cluster)
                                                              : std::nullopt;
  const std::optional<std::uint16_t> shards = wanted.shards ? wanted.shards : count;
  if (!cluster || !shards) {
    return fail(Code::failed_precondition, "waku.unknown_network",
                "the node's record does not say which network it is in, or it relays only some of its shards: set "
                "waku.attach.cluster and waku.attach.shards");
  }
  const bool outside =
      relay && (relay->cluster != *cluster || (!relay->shards.empty() && relay->shards.back() >= *shards));
  if (outside) {
    return fail(Code::failed_precondition, "waku.wrong_network",
                "the node is in cluster " + std::to_string(relay->cluster) + " with shard " +
                    std::to_string(relay->shards.empty() ? 0 : relay->shards.back()) + "; waku.attach says cluster " +
                    std::to_string(*cluster) + " of " + std::to_string(*shards) + " shards");
  }
  return Network{*cluster, *shards};
}

std::optional<Network> Link::known_network() const {
  if (runtime_.config.cluster && runtime_.config.shards)
    return Network{*runtime_.config.cluster, *runtime_.config.shards};
  return network_from(read_file(remembered_in_).value_or(""));
}

// A node without a health report that knows is judged by its peers, where it shows them.
asio::awaitable<void> Link::watch(const Health& report_of_node) {
  std::optional<Connection> connection = report_of_node.connection;
  if (!connection) {
    const Result<std::vector<PeerInfo>> known = co_await peers(http_);
    connection = Connection::partially_connected;
    if (known) {
      const bool linked =
          std::any_of(known->begin(), known->end(), [](const PeerInfo& peer) { return peer.connected; });
      connection = linked ? Connection::connected : Connection::disconnected;
    }
  }
  if (!runtime_.stopping && node_) report(*connection);
}

void Link::on_failure(const Error& error) {
  if (!is_away(error) || !node_) return;
  lose(error);
  alarm_.wake();
}

void Link::lose(const Error& error) {
  const bool had = node_.has_value();
  node_.reset();
  if (had) ++runtime_.counters.node_lost;
  if (runtime_.stopping) return;
  if (complained_ != error.message) runtime_.events.on_notice(error.describe());
  complained_ = error.message;
  report(Connection::disconnected);
  if (had) on_change_();
}

void Link::report(Connection connection) {
  if (reported_ && connection == connection_) return;
  reported_ = true;
  connection_ = connection;
  runtime_.events.on_connection(connection);
}

}  // namespace status::waku::attach
