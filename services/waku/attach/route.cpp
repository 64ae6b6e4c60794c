#include "services/waku/attach/route.h"

#include "ipc/base/codec.h"
#include "services/waku/attach/text.h"

namespace status::waku::attach {
namespace {

HttpRequest post(std::string target, const Value& body) {
  HttpRequest out;
  out.verb = Verb::post;
  out.target = std::move(target);
  out.body = to_json(body);
  return out;
}

}  // namespace

std::string_view to_word(Way way) {
  switch (way) {
    case Way::relay_auto:
      return "relay by content topic";
    case Way::relay_shards:
      return "relay by shard";
    case Way::messaging:
      return "messaging";
    case Way::filter:
      return "filter and light push";
  }
  return "";
}

std::string Route::cache_of(const std::string& content_topic) const {
  if (way_ == Way::messaging) return {};
  return subscription_of(content_topic);
}

std::string Route::subscription_of(const std::string& content_topic) const {
  if (way_ != Way::relay_shards) return content_topic;
  const Result<Shard> shard = autoshard(content_topic, network_);
  return shard ? shard->pubsub_topic : std::string();
}

HttpRequest Route::drain(const std::string& cache) const {
  HttpRequest out;
  out.repeatable = false;
  switch (way_) {
    case Way::relay_auto:
      out.target = "/relay/v1/auto/messages/" + percent_encode(cache);
      break;
    case Way::relay_shards:
      out.target = "/relay/v1/messages/" + percent_encode(cache);
      break;
    case Way::messaging:
      out.target = "/messaging/v1/events/received";
      break;
    case Way::filter:
      out.target = "/filter/v2/messages/" + percent_encode(cache);
      break;
  }
  return out;
}

Result<Drained> Route::drained(const std::string& text) const {
  return way_ == Way::messaging ? received_from(text) : drained_from(text);
}

HttpRequest Route::subscribe(const std::string& subscription) const { return change(Verb::post, subscription); }
HttpRequest Route::unsubscribe(const std::string& subscription) const { return change(Verb::delete_, subscription); }

// One at a time: go-waku keeps what was asked for together as one subscription, which it does not find by its parts.
HttpRequest Route::change(Verb verb, const std::string& subscription) const {
  HttpRequest out;
  switch (way_) {
    case Way::relay_auto:
      out = post("/relay/v1/auto/subscriptions", Value::array({subscription}));
      break;
    case Way::relay_shards:
      out = post("/relay/v1/subscriptions", Value::array({subscription}));
      break;
    case Way::messaging:
      out = post("/messaging/v1/subscriptions", Value::array({subscription}));
      break;
    case Way::filter: {
      Value body = Value::map({{"requestId", "status"}, {"contentFilters", Value::array({subscription})}});
      if (const auto shard = autoshard(subscription, network_)) body.set("pubsubTopic", shard->pubsub_topic);
      out = post("/filter/v2/subscriptions", body);
      break;
    }
  }
  out.verb = verb;
  return out;
}

HttpRequest Route::publish(const WakuMessage& message, const std::string& pubsub_topic, bool legacy) const {
  const Value value = message_value(message);
  if (way_ == Way::relay_auto) return post("/relay/v1/auto/messages", value);
  if (way_ == Way::relay_shards) return post("/relay/v1/messages/" + percent_encode(pubsub_topic), value);
  return post(legacy ? "/lightpush/v1/message" : "/lightpush/v3/message",
              Value::map({{"pubsubTopic", pubsub_topic}, {"message", value}}));
}

}  // namespace status::waku::attach
