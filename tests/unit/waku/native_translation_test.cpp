// The library's JSON, in the words of either generation, both ways.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "services/waku/native/library.h"
#include "services/waku/native/message_json.h"
#include "services/waku/native/node_event.h"
#include "services/waku/native/settings.h"
#include "services/waku/native/store_json.h"

namespace status::waku::native {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHash = "0xcccab07fed94181c83937c8ca8340c9108492b7ede354a6d95421ad34141fd37";

// The message of the library's own test vector (tests/waku_core/test_message_digest.nim).
WakuMessage vector_message() {
  WakuMessage message;
  message.payload = {1, 2, 3, 4, 84, 69, 83, 84, 5, 6, 7, 8};
  message.content_topic = "/waku/2/default-content/proto";
  message.timestamp_ns = 0x175789bfa23f8400;
  return message;
}

Result<WakuMessage> read(const std::string& json) { return from_message(*parse_library_json(json)); }

TEST(NativeMessage, AnEnvelopeHasTopicPayloadAndFlagAndNothingElse) {
  WakuMessage message = vector_message();
  message.ephemeral = true;
  EXPECT_EQ(
      *parse_json(to_envelope(message)),
      *parse_json(R"({"contentTopic":"/waku/2/default-content/proto","payload":"AQIDBFRFU1QFBgcI","ephemeral":true})"));
}

TEST(NativeMessage, WhatLeavesByTheRelayIsReadBackAsItWas) {
  WakuMessage message = vector_message();
  message.version = 1;
  message.meta = {7, 8};
  message.proof = {9};
  const auto back = read(to_relay_message(message));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, message);
}

TEST(NativeMessage, APayloadIsReadAsNumbersAsBase64AndAsHex) {
  const Bytes wanted = {0, 255, 16, 32};
  for (const char* const form : {"[0,255,16,32]", R"("AP8QIA==")", R"("0x00ff1020")"}) {
    const auto message = read(R"({"contentTopic":"/a/1/b/proto","payload":)" + std::string(form) + "}");
    ASSERT_TRUE(message) << form << message.error().message;
    EXPECT_EQ(message->payload, wanted) << form;
  }
  const auto empty = read(R"({"contentTopic":"/a/1/b/proto","payload":[]})");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->payload.empty());
}

TEST(NativeMessage, AnythingElseIsRefusedAndTheFieldNamed) {
  const auto problem = [](const std::string& json) {
    const auto message = read(json);
    return message ? std::string("none") : message.error().message;
  };
  EXPECT_THAT(problem(R"({"payload":""})"), HasSubstr("`contentTopic`"));
  EXPECT_THAT(problem(R"({"contentTopic":"/a/1/b/proto"})"), HasSubstr("`payload`"));
  EXPECT_THAT(problem(R"({"contentTopic":"t","payload":[256]})"), HasSubstr("`payload`"));
  EXPECT_THAT(problem(R"({"contentTopic":"t","payload":"?"})"), HasSubstr("`payload`"));
  EXPECT_THAT(problem(R"({"contentTopic":"t","payload":"","meta":"?"})"), HasSubstr("`meta`"));
  EXPECT_THAT(problem(R"({"contentTopic":"t","payload":"","meta":")" + to_base64(Bytes(65)) + "\"}"),
              HasSubstr("64 bytes"));
}

TEST(NativeMessage, ALargePayloadAsNumbersHasRoom) {
  std::string json = R"({"contentTopic":"/a/1/b/proto","payload":[255)";
  for (int i = 1; i < 150 * 1024; ++i) json += ",255";
  const auto message = read(json + "]}");
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->payload, Bytes(150 * 1024, 255));
}

TEST(NativeMessage, OptionsOfEitherKindAreWhatIsInThem) {
  const Value json = *parse_json(
      R"({"a":{"has":true,"val":"x"},"b":{"has":false},"c":{"oResultPrivate":true,"vResultPrivate":5},"d":null,"e":"7"})");
  EXPECT_EQ(*present(json.find("a"))->as_string(), "x");
  EXPECT_EQ(present(json.find("b")), nullptr);
  EXPECT_EQ(from_number(json.find("c")), 5);
  EXPECT_EQ(present(json.find("d")), nullptr);
  EXPECT_EQ(present(json.find("none")), nullptr);
  EXPECT_EQ(from_number(json.find("e")), 7);
  EXPECT_EQ(from_number(json.find("a")), std::nullopt);
}

template <class E>
E event(const std::string& name, const std::string& text) {
  const auto read = read_event(name, text);
  EXPECT_TRUE(read) << read.error().message;
  const E* out = read ? std::get_if<E>(&*read) : nullptr;
  EXPECT_NE(out, nullptr) << text;
  return out != nullptr ? *out : E();
}

TEST(NativeEvent, AMessageOfTheMessagingTierHasNumbersAndTheHashIsOurs) {
  const auto arrival = event<Arrival>(
      "onMessageReceived",
      R"({"eventType":"message_received","messageHash":")" + std::string(kHash) +
          R"(","message":{"payload":[1,2,3,4,84,69,83,84,5,6,7,8],"contentTopic":"/waku/2/default-content/proto",)" +
          R"("meta":[],"version":0,"timestamp":1681964442000000000,"ephemeral":false,"proof":[]}})");
  EXPECT_EQ(arrival.message, vector_message());
  EXPECT_EQ(arrival.pubsub_topic, "");
  ASSERT_TRUE(arrival.claimed);
  EXPECT_EQ(*arrival.claimed, message_hash("/waku/2/rs/0/0", arrival.message));
}

TEST(NativeEvent, AMessageOfTheKernelHasBase64AndItsShard) {
  const auto arrival = event<Arrival>(
      "message",
      R"({"eventType":"message","pubsubTopic":"/waku/2/rs/0/0","messageHash":")" + std::string(kHash) +
          R"(","wakuMessage":{"payload":"AQIDBFRFU1QFBgcI","contentTopic":"/waku/2/default-content/proto",)" +
          R"("version":0,"timestamp":"1681964442000000000","ephemeral":false,"meta":"","proof":""}})");
  EXPECT_EQ(arrival.message, vector_message()) << "a time stamp may be a text";
  EXPECT_EQ(arrival.pubsub_topic, "/waku/2/rs/0/0");
  EXPECT_EQ(to_text(*arrival.claimed), kHash);
}

TEST(NativeEvent, WhatBecameOfASend) {
  const auto said = [](const std::string& type, const std::string& more = "") {
    return event<Progress>(
        "", R"({"eventType":")" + type + R"(","requestId":"r-1","messageHash":")" + kHash + "\"" + more + "}");
  };
  EXPECT_EQ(said("message_propagated").kind, Progress::Kind::propagated);
  EXPECT_EQ(said("message_sent").kind, Progress::Kind::sent);
  const Progress failed = said("message_error", R"(,"error":"Unable to send within retry time window")");
  EXPECT_EQ(failed.kind, Progress::Kind::failed);
  EXPECT_EQ(failed.request_id, "r-1");
  EXPECT_EQ(to_text(*failed.network_hash), kHash);
  EXPECT_EQ(failed.error, "Unable to send within retry time window");
}

TEST(NativeEvent, TheConnectionInTheWordsOfBothGenerations) {
  const auto d = [](const std::string& word) {
    return event<Connection>("onConnectionStatusChange",
                             R"({"eventType":"connection_status_change","connectionStatus":")" + word + "\"}");
  };
  EXPECT_EQ(d("Connected"), Connection::connected);
  EXPECT_EQ(d("PartiallyConnected"), Connection::partially_connected);
  EXPECT_EQ(d("Disconnected"), Connection::disconnected);
  EXPECT_EQ(event<Connection>("node_health_change", R"({"eventType":"node_health_change","status":"Connected"})"),
            Connection::connected);
  EXPECT_FALSE(read_event("", R"({"eventType":"node_health_change","status":"Perhaps"})"));
}

TEST(NativeEvent, ALoopThatDoesNotRespondIsKnownByItsListenerWhereTheTextIsNoJson) {
  EXPECT_FALSE(event<Responding>("not_responding", "\xa2??").responds);
  EXPECT_TRUE(event<Responding>("responding", "\xa2??").responds);
  EXPECT_FALSE(event<Responding>("not_responding", R"({"eventType":"not_responding"})").responds);
}

TEST(NativeEvent, WhatIsNotKnownIsNothingAndWhatIsKnownAndBrokenAnError) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*read_event("onTopicHealthChange", "{}")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*read_event("", R"({"eventType":"connection_change"})")));
  EXPECT_FALSE(read_event("onMessageSent", R"({"eventType":"message_sent"})")) << "without an id";
  EXPECT_FALSE(read_event("message_received", "no JSON"));
  EXPECT_FALSE(read_event("message_received", "{}"));
}

TEST(NativeStore, AQueryHasWhatTheLibraryCannotDoWithout) {
  StoreQuery query;
  query.content_topics = {"/a/1/b/proto"};
  query.start_ns = 5;
  query.cursor = MessageHash{1};
  query.limit = 7;
  query.forward = false;
  const Value json = *parse_json(to_store_query(query, "q-1", "/waku/2/rs/16/0"));
  EXPECT_EQ(json.string_or("requestId", ""), "q-1");
  EXPECT_TRUE(json.bool_or("includeData", false));
  EXPECT_FALSE(json.bool_or("paginationForward", true));
  EXPECT_EQ(json.uint_or("paginationLimit", 0), 7U);
  EXPECT_EQ(json.string_or("pubsubTopic", ""), "/waku/2/rs/16/0");
  EXPECT_EQ(json.int_or("timeStart", 0), 5);
  EXPECT_EQ(json.find("timeEnd"), nullptr);
  EXPECT_EQ(json.string_or("paginationCursor", ""), to_text(MessageHash{1}));
  const Value all = *parse_json(to_store_query({}, "q-2", ""));
  EXPECT_EQ(all.find("pubsubTopic"), nullptr);
  EXPECT_EQ(all.find("contentTopics"), nullptr);
}

std::string reply_with(const std::string& hash, const std::string& cursor) {
  return R"({"requestId":"q","statusCode":200,"statusDesc":"OK","messages":[{"messageHash":")" + hash +
         R"(","message":{"has":true,"val":{"payload":[1,2,3,4,84,69,83,84,5,6,7,8],"contentTopic":)" +
         R"("/waku/2/default-content/proto","meta":[],"version":0,"timestamp":1681964442000000000,"ephemeral":false}},)" +
         R"("pubsubTopic":{"has":true,"val":"/waku/2/rs/0/0"}}],"paginationCursor":)" + cursor + "}";
}

TEST(NativeStore, APageIsReadAndItsHashesAreChecked) {
  const auto reply = from_store_reply(reply_with(kHash, "null"), {});
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->page.messages.size(), 1U);
  EXPECT_EQ(reply->page.messages[0].message, vector_message());
  EXPECT_EQ(reply->page.messages[0].pubsub_topic, "/waku/2/rs/0/0");
  EXPECT_EQ(to_text(reply->page.messages[0].hash), kHash);
  EXPECT_FALSE(reply->page.cursor);
  const auto more = from_store_reply(reply_with(std::string(kHash).substr(2), "\"" + std::string(kHash) + "\""), {});
  ASSERT_TRUE(more) << "a hash without 0x";
  EXPECT_EQ(to_text(*more->page.cursor), kHash);
  const auto wrong = from_store_reply(reply_with("0x" + std::string(64, 'a'), "null"), {});
  ASSERT_TRUE(wrong);
  EXPECT_TRUE(wrong->page.messages.empty());
  EXPECT_EQ(wrong->wrong_hashes, 1U);
}

TEST(NativeStore, WhatTheStoreRefusesIsTheErrorThatItIs) {
  const auto error = [](const std::string& status, const std::string& words) {
    const auto reply = from_store_reply(R"({"statusCode":)" + status + R"(,"statusDesc":")" + words + "\"}", {});
    return reply ? Error() : reply.error();
  };
  EXPECT_EQ(error("429", "TOO_MANY_REQUESTS").code, Code::resource_exhausted);
  EXPECT_TRUE(error("429", "TOO_MANY_REQUESTS").retryable);
  EXPECT_EQ(error("503", "SERVICE_UNAVAILABLE").code, Code::unavailable);
  EXPECT_EQ(error("400", "BAD_REQUEST: invalid cursor").reason, "waku.unknown_cursor");
  EXPECT_EQ(error("500", "x").code, Code::internal);
  EXPECT_FALSE(from_store_reply("no JSON", {}));
  EXPECT_FALSE(from_store_reply("{}", {}));
}

TEST(NativeSettings, APresetIsANetworkAndEachOfItsValuesCanBeReplaced) {
  const auto prod = parse_settings(Value(Value::Map{}));
  ASSERT_TRUE(prod) << prod.error().message;
  EXPECT_EQ(prod->network, (Network{16, 1}));
  EXPECT_EQ(prod->max_message_bytes, 1024U * 1024);
  EXPECT_FALSE(prod->confirms) << "its nodes have no p2pReliability";
  const auto dev = parse_settings(Value::map({{"preset", "logos.dev"}, {"shards", 4}, {"send", "relay"}}));
  ASSERT_TRUE(dev) << dev.error().message;
  EXPECT_EQ(dev->network, (Network{3, 4}));
  EXPECT_TRUE(dev->confirms);
  EXPECT_EQ(dev->tier, Tier::relay);
  const auto wrong = parse_settings(Value::map({{"preset", "status.test"}}));
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("preset"));
  EXPECT_FALSE(parse_settings(Value::map({{"store", "x"}})));
}

TEST(NativeLibrary, PeersAndListsAsTheLibraryWritesThem) {
  const auto peers = from_connected_peers(
      R"({"16U":{"protocols":["/vac/waku/store-query/3.0.0"],"addresses":["/ip4/1.2.3.4/tcp/1"]},"17U":{"addresses":[]}})");
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 2U);
  EXPECT_TRUE((*peers)[0].stores);
  EXPECT_THAT((*peers)[0].addresses, ElementsAre("/ip4/1.2.3.4/tcp/1/p2p/16U"));
  EXPECT_FALSE((*peers)[1].stores);
  EXPECT_FALSE(from_connected_peers("[]"));
  EXPECT_THAT(from_list("/a,/b"), ElementsAre("/a", "/b"));
  EXPECT_THAT(from_list(R"(["/a","/b"])"), ElementsAre("/a", "/b"));
  EXPECT_EQ(peer_id_of("/dns4/x/tcp/1/p2p/16U"), "16U");
  EXPECT_EQ(peer_id_of("/dns4/x/tcp/1"), "");
}

TEST(NativeLibrary, HowMessagesGoFollowsFromTheSettingAndFromWhatThereIs) {
  LibraryFacts d{"v0.39.0", "D", 1, {"logosdelivery_send", "waku_relay_publish", "waku_relay_subscribe"}};
  LibraryFacts libwaku{"v0.38.1", "B", 1, {"waku_relay_publish", "waku_relay_subscribe"}};
  LibraryFacts delivery_b{"v0.38.1", "B", 1, {"logosdelivery_send"}};
  Settings settings;
  EXPECT_EQ(d.tier(settings).value(), Tier::messaging);
  EXPECT_EQ(libwaku.tier(settings).value(), Tier::relay);
  EXPECT_EQ(delivery_b.tier(settings).value(), Tier::messaging);
  settings.tier = Tier::relay;
  EXPECT_EQ(d.tier(settings).value(), Tier::relay);
  const auto refused = delivery_b.tier(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "waku.not_supported");
}

}  // namespace
}  // namespace status::waku::native
