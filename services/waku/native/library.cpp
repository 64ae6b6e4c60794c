#include "services/waku/native/library.h"

#include <algorithm>
#include <sstream>

#include "ipc/client/typed.h"
#include "services/native/api.h"
#include "services/waku/native/message_json.h"

namespace status::waku::native {
namespace {

using std::chrono::milliseconds;

// What the library may take for what needs another node.
constexpr std::uint32_t kRemoteMs = 9'000;
constexpr milliseconds kRemote{10'000};

Error in_our_words(Error error) {
  const std::string message = "waku_native: " + error.message;
  if (error.reason == "native.library_error") return make_error(Code::internal, "waku.library_error", error.message);
  switch (error.code) {
    case Code::deadline_exceeded:
      return make_retryable(error.code, "waku.library_silent", message);
    case Code::resource_exhausted:
      return make_retryable(error.code, "waku.library_busy", message);
    case Code::unimplemented:
      return make_error(error.code, "waku.not_supported", message);
    case Code::unavailable:
    case Code::cancelled:
    case Code::failed_precondition:  // it is not ready yet
      return make_retryable(Code::unavailable, "waku.library_away", message);
    default:
      return make_error(error.code, "waku.library_error", message);
  }
}

Value text_argument(const char* name, const std::string& text) { return Value::map({{name, text}}); }

LibraryFacts facts_of(const status::native::Info::Reply& info, std::uint64_t incarnation) {
  return {info.version, info.generation, incarnation, info.functions};
}

}  // namespace

namespace functions {

LibraryCall send(const WakuMessage& message) {
  return {"logosdelivery_send", text_argument("messageJson", to_envelope(message)), kRemote};
}
LibraryCall publish(const std::string& pubsub_topic, const WakuMessage& message) {
  return {
      "waku_relay_publish",
      Value::map(
          {{"pubSubTopic", pubsub_topic}, {"jsonWakuMessage", to_relay_message(message)}, {"timeoutMs", kRemoteMs}}),
      kRemote};
}
LibraryCall subscribe(const std::string& content_topic) {
  return {"logosdelivery_subscribe", text_argument("contentTopicStr", content_topic)};
}
LibraryCall unsubscribe(const std::string& content_topic) {
  return {"logosdelivery_unsubscribe", text_argument("contentTopicStr", content_topic)};
}
LibraryCall subscribe_shard(const std::string& pubsub_topic) {
  return {"waku_relay_subscribe", text_argument("pubSubTopic", pubsub_topic)};
}
LibraryCall unsubscribe_shard(const std::string& pubsub_topic) {
  return {"waku_relay_unsubscribe", text_argument("pubSubTopic", pubsub_topic)};
}
LibraryCall query_store(const std::string& query, const std::string& store) {
  return {"waku_store_query", Value::map({{"jsonQuery", query}, {"peerAddr", store}, {"timeoutMs", kRemoteMs}}),
          kRemote};
}
LibraryCall connected_peers() { return {"waku_get_connected_peers_info"}; }
LibraryCall connect(const std::string& address) {
  return {"waku_connect", Value::map({{"peerMultiAddr", address}, {"timeoutMs", kRemoteMs}}), kRemote};
}
LibraryCall disconnect(const std::string& peer_id) {
  return {"waku_disconnect_peer_by_id", text_argument("peerId", peer_id)};
}
LibraryCall own_id(bool kernel) {
  if (kernel) return {"waku_get_my_peerid"};
  return {"logosdelivery_get_node_info", text_argument("nodeInfoId", "MyPeerId")};
}
LibraryCall own_addresses(bool kernel) {
  if (kernel) return {"waku_listen_addresses"};
  return {"logosdelivery_get_node_info", text_argument("nodeInfoId", "MyMultiaddresses")};
}

}  // namespace functions

bool LibraryFacts::has(const std::string& function) const {
  return std::ranges::find(functions, function) != functions.end();
}

Result<Tier> LibraryFacts::tier(const Settings& settings) const {
  const bool messaging = has("logosdelivery_send");
  const bool relay = has("waku_relay_publish") && has("waku_relay_subscribe");
  const Tier wanted = settings.tier.value_or(messaging ? Tier::messaging : Tier::relay);
  if (wanted == Tier::messaging ? messaging : relay) return wanted;
  return fail(Code::failed_precondition, "waku.not_supported",
              "the library of waku_native (" + version + ") cannot send with waku.native.send = \"" +
                  (wanted == Tier::messaging ? "messaging" : "relay") +
                  "\": remove that setting, or give it another library");
}

void Library::call(const LibraryCall& call, Done<std::string> done) {
  const status::native::Call::Request request{call.function, call.arguments};
  const auto within = static_cast<std::uint32_t>(call.within.count());
  ipc::call_async<status::native::Call>(
      client_, request, {.deadline_ms = within},
      [executor = executor_, done = std::move(done)](Result<status::native::Call::Reply> reply) {
        const auto alive = executor.lock();
        if (alive == nullptr) return;
        alive->post([done, reply = std::move(reply)]() mutable {
          reply ? done(std::move(reply->reply)) : done(fail(in_our_words(std::move(reply.error()))));
        });
      });
}

// By hand: the generation of the process is in the header of its answer.
void Library::facts(Done<LibraryFacts> done) {
  const Result<ipc::Request> request = ipc::make_request<status::native::Info>(client_, {}, {});
  if (!request) return done(fail(request.error()));
  client_.call(*request, [executor = executor_, done = std::move(done)](const Result<ipc::Response>& response) {
    const auto alive = executor.lock();
    if (alive == nullptr) return;
    const auto info = ipc::read_reply<status::native::Info>(response);
    Result<LibraryFacts> facts = info ? Result<LibraryFacts>(facts_of(*info, response->header().generation))
                                      : Result<LibraryFacts>(fail(in_our_words(info.error())));
    alive->post([done, facts = std::move(facts)] { done(facts); });
  });
}

std::string peer_id_of(const std::string& multiaddress) {
  constexpr std::string_view kMark = "/p2p/";
  const auto at = multiaddress.rfind(kMark);
  return at == std::string::npos ? "" : multiaddress.substr(at + kMark.size());
}

std::vector<std::string> from_list(const std::string& text) {
  std::vector<std::string> out;
  if (const Result<Value> json = parse_library_json(text); json && json->as_array() != nullptr) {
    for (const Value& item : *json->as_array()) {
      if (item.as_string() != nullptr) out.push_back(*item.as_string());
    }
    return out;
  }
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) {
    if (!item.empty()) out.push_back(item);
  }
  return out;
}

Result<std::vector<LibraryPeer>> from_connected_peers(const std::string& text) {
  constexpr std::string_view kStore = "/vac/waku/store-query/3.";
  const Result<Value> json = parse_library_json(text);
  if (!json || json->as_map() == nullptr) {
    return fail(Code::internal, "waku.library_error", "the library's list of peers is no JSON object");
  }
  std::vector<LibraryPeer> out;
  for (const auto& [id, facts] : *json->as_map()) {
    LibraryPeer peer{id, {}, false};
    const Value* protocols = facts.find("protocols");
    for (const Value& each : protocols != nullptr && protocols->as_array() ? *protocols->as_array() : Value::Array()) {
      peer.stores |= each.as_string() != nullptr && each.as_string()->starts_with(kStore);
    }
    const Value* addresses = facts.find("addresses");
    for (const Value& each : addresses != nullptr && addresses->as_array() ? *addresses->as_array() : Value::Array()) {
      if (each.as_string() == nullptr) continue;
      const bool whole = !peer_id_of(*each.as_string()).empty();
      peer.addresses.push_back(whole ? *each.as_string() : *each.as_string() + "/p2p/" + id);
    }
    out.push_back(std::move(peer));
  }
  return out;
}

}  // namespace status::waku::native
