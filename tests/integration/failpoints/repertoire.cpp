#include "tests/integration/failpoints/repertoire.h"

#include <algorithm>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "services/chat/protocol/introduction.h"

namespace status::failpoints {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTopic = "/failpoints/1/all/proto";

// Of somebody whom no node knows: a conversation with it is one that can be thrown away.
std::string ghost_introduction() {
  SystemRandom random;
  const auto identity = chat::IdentityKeyPair::generate(random);
  chat::Introduction introduction;
  introduction.expires_ms = SystemClock().unix_ms() + 3'600'000;
  introduction.bundle.identity = identity.public_key;
  introduction.bundle.signed_prekey_id = 1;
  introduction.bundle.signed_prekey = chat::KeyPair::generate(random).public_key;
  return chat::encode_introduction(introduction, identity);
}

// Empty when there is none.
Value::Array list_of(const Value& reply, const std::string& name) {
  const Value* values = reply.find(name);
  return values == nullptr || values->as_array() == nullptr ? Value::Array() : *values->as_array();
}

}  // namespace

Repertoire::Repertoire(Party here, Party there, test::Conversation talk, std::string name)
    : here_(here),
      there_(there),
      talk_(std::move(talk)),
      name_(std::move(name)),
      front_(here.node.open_front()),
      other_front_(there.node.open_front()) {}

void Repertoire::prepare() {
  call("waku.subscribe", Value::map({{"content_topics", Value::Array{kTopic}}}));
  take_delivered();
  keep_another_file();
}

void Repertoire::round(const std::string& module, const std::function<bool()>& enough) {
  enough_ = enough;
  for (const char* method : {"._sys.describe", "._sys.health", "._sys.metrics"}) call(module + method);
  call(module + ".events.next", Value::map({{"cursor", "0"}}));
  if (module == "keys") keys();
  if (module == "waku") waku();
  if (module == "chat") chat();
  if (module == "storage") storage();
  for (const Party& from : {here_, there_}) {
    if (!enough_()) say(from);
  }
  enough_ = [] { return false; };
}

void Repertoire::keys() { call("keys.status"); }

void Repertoire::waku() {
  call("waku.subscribe", Value::map({{"content_topics", Value::Array{kTopic}}}));
  call("waku.subscribe", Value::map({{"content_topics", Value::Array{topic_}}}));
  call("waku.unsubscribe", Value::map({{"content_topics", Value::Array{topic_}}}));
  const std::string payload = next("published");
  const Value params = Value::map({{"content_topic", kTopic}, {"payload", to_bytes(as_bytes(payload))}});
  if (call("waku.send", params)) here_.ledger.published(payload);
  call("waku.peers");
  call("waku.store_query");
  links();
  take_delivered();
}

// Each asks the other's store. A link that is undone and made again is one on which the ends catch up.
void Repertoire::links() {
  const auto here = call("waku.info");
  const auto there = other_front_->insist("waku.info", Value::Map(), next("info"), test::kPatience);
  if (!here || !there) return;
  // An error while there is no link.
  call("waku.store_query", Value::map({{"peer", there->string_or("id", "")}}), "waku.unknown_peer");
  (void)other_front_->call("waku.store_query", Value::map({{"peer", here->string_or("id", "")}}));
  for (const Value& address : list_of(*there, "addresses")) {
    if (call("waku.disconnect", Value::map({{"address", address}}))) unlinked_ = address;
  }
  relink();
}

void Repertoire::relink() {
  if (unlinked_ && call("waku.connect", Value::map({{"address", *unlinked_}}))) unlinked_.reset();
}

void Repertoire::take_delivered() {
  const auto reply = call("waku.messages.next", Value::map({{"consumer", "failpoints"}, {"cursor", cursor_}}));
  if (!reply) return;
  for (const Value& event : list_of(*reply, "events")) {
    const Value* data = event.find("data");
    const Value* payload = data == nullptr ? nullptr : data->find("payload");
    if (payload == nullptr || data->string_or("content_topic", "") != kTopic) continue;
    if (const Bytes* bytes = payload->as_bytes()) here_.ledger.delivered(std::string(as_text(*bytes)));
  }
  cursor_ = reply->string_or("cursor", cursor_);
}

void Repertoire::chat() {
  call("chat.identity");
  call("chat.create_introduction");
  ghost();
  call("chat.list_conversations");
  call("chat.get_messages", Value::map({{"conversation", talk_.id}}));
  call("chat.mark_read", Value::map({{"conversation", talk_.id}}));
  const std::string nickname = next("nickname");
  const Value named = Value::map({{"conversation", talk_.id}, {"nickname", nickname}});
  if (call("chat.set_conversation_nickname", named)) here_.ledger.named(nickname);
  call("chat.errors");
  call("chat.quarantine_list");
  call("chat.quarantine_retry", Value::map({{"id", 1}}), "host.not_quarantined");
  call("chat.quarantine_drop", Value::map({{"id", 1}}), "host.not_quarantined");
}

void Repertoire::ghost() {
  const auto made = call("chat.create_conversation", Value::map({{"introduction", ghost_introduction()}}));
  if (!made) return;
  const std::string conversation = made->string_or("conversation", "");
  here_.ledger.opened(conversation);
  if (call("chat.delete_conversation", Value::map({{"conversation", conversation}}))) {
    here_.ledger.deleted(conversation);
  }
}

std::string Repertoire::say(const Party& from) {
  const bool ours = &from.ledger == &here_.ledger;
  chaos::Append append{next("said"), monotonic_ns(), {}};
  const Value params = Value::map({{"conversation", talk_.id}, {"content", append.text}});
  const auto reply = (ours ? front_ : other_front_)->insist("chat.send_message", params, append.text, test::kPatience);
  if (reply) append.answered = monotonic_ns();
  if (!reply) troubles_.insert("chat.send_message: " + reply.error().describe());
  from.ledger.said(append);
  return reply ? append.text : "";
}

bool Repertoire::exchange() {
  relink();  // where the round was broken off in between
  const std::string text = say(there_);
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  while (!text.empty() && std::chrono::steady_clock::now() < deadline) {
    const std::size_t seen = here_.node.events().size();
    if (has(text)) return true;
    here_.node.events().wait_for_more(seen, 100ms);
  }
  return false;
}

bool Repertoire::has(const std::string& text) {
  const auto newest = call("chat.get_messages", Value::map({{"conversation", talk_.id}, {"limit", 50}}));
  const Value::Array messages = list_of(newest.value_or(Value()), "messages");
  return std::ranges::any_of(messages, [&](const Value& message) { return message.string_or("content", "") == text; });
}

void Repertoire::overfill() {
  constexpr std::size_t kMessages = 20;
  constexpr std::size_t kBytes = 128 * 1024;
  for (std::size_t i = 0; i < kMessages; ++i) {
    Bytes payload(kBytes);
    SystemRandom().fill(payload);
    call("waku.send", Value::map({{"content_topic", topic_}, {"payload", std::move(payload)}}));
  }
}

std::optional<Value> Repertoire::call(const std::string& method, const Value& params, const std::string& excused) {
  if (enough_()) return std::nullopt;
  const auto reply = front_->insist(method, params, next("call"), test::kPatience);
  if (reply) return *reply;
  if (reply.error().reason != excused) troubles_.insert(method + ": " + reply.error().describe());
  return std::nullopt;
}

std::string Repertoire::next(const std::string& kind) { return name_ + " " + kind + " " + std::to_string(++count_); }

}  // namespace status::failpoints
