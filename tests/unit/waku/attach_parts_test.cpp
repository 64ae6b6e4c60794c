// The parts of the attach backend that need no node: what nodes write, records, targets, settings.
#include "ipc/base/codec.h"
#include "services/waku/attach/enr.h"
#include "services/waku/attach/rest_json.h"
#include "services/waku/attach/text.h"
#include "tests/support/enr.h"
#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

const std::string kShard = "/waku/2/rs/16/0";

std::string entry(const WakuMessage& of, const MessageHash& hash) {
  return to_json(Value::map({{"messageHash", to_text(hash)}, {"message", message_value(of)}, {"pubsubTopic", kShard}}));
}

TEST(AttachText, ATopicIsOneSegmentOfAPath) {
  EXPECT_EQ(percent_encode("/a/1/b c/ü"), "%2Fa%2F1%2Fb%20c%2F%C3%BC");
  EXPECT_EQ(QueryText().add("a", "1").add("b", "x,y").text(), "?a=1&b=x%2Cy");
}

TEST(AttachText, Base64OfEveryKindIsRead) {
  const Bytes bytes = {0xfb, 0xff, 0xbf, 0x01};
  for (const char* text : {"+/+/AQ==", "-_-_AQ==", "-_-_AQ", "+/+/AQ"}) EXPECT_EQ(lenient_base64(text), bytes) << text;
  for (const char* text : {"!", "A", "AA=A"}) EXPECT_FALSE(lenient_base64(text)) << text;
}

TEST(AttachText, WhatANodeSaysIsQuotedOnOneLine) {
  EXPECT_EQ(excerpt("a\nb\x1b[31m \n"), "a b [31m");
  EXPECT_EQ(excerpt(std::string(500, 'x')).size(), 200U);
}

TEST(AttachRecord, NamesClusterAndShards) {
  // As go-waku v0.8.1-0.20241028194639 has shown it: cluster 1, the shards 0 … 7 in no order.
  const auto real = relay_shards_of(
      "enr:-Ki4QApbNfFfsRm9-lUY7KmoCwkBz3dnuZvH5LYcCg6DHYZeEyIS7C8M9gbllW1bWwy6N9IGCGxeznFzdTYrkqFvEMCGAaItYLgTgmlkgnY0"
      "gmlwhH8AAAGCcnOTAAEIAAIAAwAEAAUABgAHAAAAAYlzZWNwMjU2azGhA081W9y3zAr3KO88zrlhXZBoS7Wyyl-FmrDwtwQHWHGqg3RjcIKM14V3"
      "YWt1Mg8");
  ASSERT_TRUE(real);
  EXPECT_EQ(real->cluster, 1);
  EXPECT_THAT(real->shards, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(shard_count_of(*real), 8);
  for (const Network& network : {Network{16, 1}, Network{2, 8}, Network{1, 63}, Network{3, 64}, Network{9, 1'024}}) {
    const auto made = relay_shards_of(test::make_enr(network));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->cluster, network.cluster);
    EXPECT_EQ(shard_count_of(*made), network.shard_count);
  }
}

TEST(AttachRecord, WhatIsNoneNamesNothing) {
  const std::string whole = test::make_enr({16, 2});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(relay_shards_of(whole.substr(0, size)));
  EXPECT_FALSE(relay_shards_of("enr:" + std::string(400, 'A')));
  EXPECT_FALSE(shard_count_of({16, {0, 2}}));
  EXPECT_FALSE(shard_count_of({16, {}}));
}

TEST(AttachJson, AMessageGoesThereAndBack) {
  WakuMessage sent = message("hello", 1'700'000'000'123'456'789);
  sent.meta = {1, 2, 3};
  sent.version = 2;
  sent.ephemeral = true;
  const auto back = drained_from("[" + to_json(message_value(sent)) + "]");
  ASSERT_TRUE(back);
  EXPECT_THAT(back->messages, ElementsAre(sent));
}

TEST(AttachJson, NodesWriteTheSameInSeveralWays) {
  const WakuMessage wanted = message("hi", 17);
  for (const char* text : {R"([{"payload":"aGk=","contentTopic":"/test/1/chat/proto","timestamp":17}])",
                           R"([{"payload":"aGk","content_topic":"/test/1/chat/proto","timestamp":"17","meta":null}])",
                           R"([{"payload":[104,105],"contentTopic":"/test/1/chat/proto","timestamp":17,"meta":""}])"}) {
    const auto drained = drained_from(text);
    ASSERT_TRUE(drained) << text;
    EXPECT_THAT(drained->messages, ElementsAre(wanted)) << text;
  }
  EXPECT_EQ(drained_from("null")->all(), 0U);
  EXPECT_EQ(drained_from("[]")->all(), 0U);
}

TEST(AttachJson, WhatCannotBeReadIsCountedAndTheRestIsTaken) {
  const auto drained = drained_from(
      R"([1, {}, {"payload":"?","contentTopic":"/a/1/b/c"}, {"payload":[256],"contentTopic":"/a/1/b/c"},
          {"payload":"aGk=","contentTopic":"/test/1/chat/proto","timestamp":1.5},
          {"payload":"aGk=","contentTopic":"/test/1/chat/proto","timestamp":17}])");
  ASSERT_TRUE(drained);
  EXPECT_EQ(drained->messages.size(), 1U);
  EXPECT_EQ(drained->unreadable, 5U);
  for (const char* text : {"", "OK", "{}", "[", "17"}) {
    const auto wrong = drained_from(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().reason, "waku.node_gibberish") << text;
  }
}

TEST(AttachJson, AStoreThatSaysAWrongHashIsNotBelieved) {
  const WakuMessage sent = message("hello", 17);
  const MessageHash hash = message_hash(kShard, sent);
  MessageHash other = hash;
  other[31] ^= 1;
  const auto page = store_from("{\"messages\":[" + entry(sent, hash) + "," + entry(sent, other) +
                                   ",{\"messageHash\":\"0x12\"}],\"paginationCursor\":\"0xab\"}",
                               kShard);
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(page->entries.size(), 1U);
  EXPECT_EQ(page->entries[0].hash, hash);
  EXPECT_EQ(*page->entries[0].message, sent);
  EXPECT_EQ(page->wrong_hash, 1U);
  EXPECT_EQ(page->unreadable, 1U);
  EXPECT_EQ(page->cursor, "0xab");
}

TEST(AttachJson, AStoreThatFailsInsideASuccessIsAFailure) {
  const auto page = store_from(R"({"statusCode":503,"statusDesc":"SERVICE_UNAVAILABLE","messages":[]})", kShard);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "waku.store_failed");
  EXPECT_TRUE(page.error().retryable);
}

TEST(AttachJson, TheStoreBeforeHasItsHashesComputed) {
  const auto page = legacy_store_from(
      R"({"messages":[{"payload":"aGk=","contentTopic":"/test/1/chat/proto","timestamp":17}],
          "cursor":{"pubsubTopic":"","senderTime":"17","storeTime":"18","digest":"+/8="}})",
      {16, 1});
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(page->entries.size(), 1U);
  EXPECT_EQ(page->entries[0].hash, message_hash(kShard, message("hi", 17)));
  EXPECT_EQ(page->cursor, "senderTime=17&storeTime=18&digest=-_8%3D");
  EXPECT_TRUE(legacy_store_from(R"({"messages":null})", {16, 1})->entries.empty());
}

TEST(AttachJson, HealthIsMappedAsTheNodeMeansIt) {
  const auto of = [](const std::string& node, const std::string& link) {
    return health_from(to_json(Value::map({{"nodeHealth", node}, {"connectionStatus", link}}))).connection;
  };
  EXPECT_EQ(of("READY", "Connected"), Connection::connected);
  EXPECT_EQ(of("READY", "PartiallyConnected"), Connection::partially_connected);
  EXPECT_EQ(of("READY", "Disconnected"), Connection::disconnected);
  EXPECT_EQ(of("SYNCHRONIZING", "Connected"), Connection::partially_connected);
  EXPECT_EQ(of("EVENT_LOOP_LAGGING", "Connected"), Connection::partially_connected);
  EXPECT_EQ(of("NOT_READY", "Connected"), Connection::disconnected);
  EXPECT_EQ(of("SHUTTING_DOWN", "Connected"), Connection::disconnected);
  EXPECT_TRUE(health_from(R"({"nodeHealth":"INITIALIZING"})").initialising);
  EXPECT_FALSE(health_from("\"Non RLN healthcheck is not implemented\"").connection);
  EXPECT_FALSE(health_from("Health check timed out").connection);
}

TEST(AttachJson, PeersOfEveryKindOfNodeAreListed) {
  const auto peers = peers_from(R"([
      {"multiaddr":"/ip4/1.2.3.4/tcp/1/p2p/A","connected":"Connected","agent":"nwaku"},
      {"multiaddr":"/ip4/1.2.3.4/tcp/2/p2p/B","connected":"CannotConnect"},
      {"multiaddr":"/ip4/1.2.3.4/tcp/3/p2p/C","protocols":[{"protocol":"x","connected":true}]},
      {"id":"D","multiaddrs":["/ip4/1.2.3.4/tcp/4/p2p/D"],"connected":true}])");
  ASSERT_TRUE(peers);
  std::vector<std::string> seen;
  for (const PeerInfo& peer : *peers) seen.push_back(peer.id + (peer.connected ? "+" : "-"));
  EXPECT_THAT(seen, ElementsAre("A+", "B-", "C+", "D+"));
}

TEST(AttachConfig, IsReadAndCheckedByKey) {
  const auto config = parse_config(Value::map({{"url", "http://[::1]:8645/"}, {"cluster", 2}, {"shards", 8}}));
  ASSERT_TRUE(config) << config.error().describe();
  EXPECT_EQ(config->node, (TcpAddress{"::1", 8645}));
  EXPECT_EQ(config->cluster, 2);
  EXPECT_EQ(config->shards, 8);
  EXPECT_EQ(to_text(parse_config(Value())->node), "127.0.0.1:8645");
  for (const char* url : {"https://h:1", "http://h", "http://h:0", "http://h:1/path", "http://u@h:1", "h:1"}) {
    const auto wrong = parse_config(Value::map({{"url", url}}));
    ASSERT_FALSE(wrong) << url;
    EXPECT_EQ(wrong.error().reason, "waku.invalid_config");
    EXPECT_THAT(wrong.error().message, HasSubstr("attach.url"));
  }
  EXPECT_THAT(parse_config(Value::map({{"pol_ms", 5}})).error().message, HasSubstr("did you mean attach.poll_ms?"));
  EXPECT_FALSE(parse_config(Value::map({{"shards", 0}})));
  EXPECT_FALSE(parse_config(Value::map({{"store_peer", "16Uiu2"}})));
}

}  // namespace
}  // namespace status::waku::attach
