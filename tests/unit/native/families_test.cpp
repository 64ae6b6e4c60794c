// The families against the libraries of tests/fixtures/native, which answer with what has arrived.
#include <gmock/gmock.h>

#include <algorithm>

#include "services/native/families/delivery_d.h"
#include "services/native/families/family.h"
#include "services/native/families/record.h"
#include "tests/support/patience.h"
#include "tests/support/test_node.h"
#include "tests/unit/native/deaf_listener.h"

namespace status::native {
namespace {

using host::native::Dispatcher;
using host::native::Library;
using host::native::Token;
using testing::HasSubstr;

// A node of that library, created and never started.
class Opened {
 public:
  Opened(const std::string& file, const std::string& family, const std::string& generation)
      : library_(Library::load(test::binary("lib" + file + ".so"))) {
    EXPECT_TRUE(library_) << library_.error().message;
    auto opened = open_family(*library_, family, generation);
    EXPECT_TRUE(opened) << opened.error().message;
    family_ = std::move(*opened);
    const auto created = dispatcher_.call_and_wait("create", test::kPatience,
                                                   [this](Token token) { return family_->create("{}", token); });
    EXPECT_TRUE(created) << created.error().message;
  }

  std::string call(const std::string& name, const Value& values = {}) {
    const auto function = family_->find(name);
    if (!function) return function.error().message;
    const auto arguments = read_arguments(**function, values);
    if (!arguments) return arguments.error().message;
    const auto reply = dispatcher_.call_and_wait(
        name.c_str(), test::kPatience, [&](Token token) { return family_->call(**function, *arguments, token); });
    return reply ? *reply : reply.error().message;
  }
  Family& family() { return *family_; }

 private:
  Result<Library> library_;
  std::unique_ptr<Family> family_;
  host::native::ProcessGuard guard_;
  DeafListener listener_;
  Dispatcher dispatcher_{{}, guard_, listener_};
};

TEST(DeliveryD, StructsOfEveryShapeArrive) {
  Opened d("fixture_delivery_d", "delivery", "D");
  EXPECT_EQ(d.family().own_version(), "v0.39.0");
  EXPECT_EQ(d.call("waku_version"), "v0.39.0");
  EXPECT_EQ(d.call("waku_peer_exchange_request", Value::map({{"numPeers", std::uint64_t{1} << 40U}})), "1099511627776");
  EXPECT_EQ(d.call("logosdelivery_subscribe", Value::map({{"contentTopicStr", "/a/1/b/proto"}})), "/a/1/b/proto");
  EXPECT_EQ(d.call("logosdelivery_channel_create",
                   Value::map({{"senderIdStr", "s"}, {"channelIdStr", "c"}, {"contentTopicStr", "t"}})),
            "c t s")
      << "in the order of the struct, not of the map";
  EXPECT_EQ(d.call("waku_connect", Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", 4'294'967'295U}})),
            "/ip4 4294967295");
  EXPECT_EQ(d.call("waku_dial_peer", Value::map({{"peerMultiAddr", "/ip4"}, {"protocol", "/relay"}, {"timeoutMs", 1}})),
            "/ip4 /relay 1");
  EXPECT_EQ(d.call("waku_relay_add_protected_shard",
                   Value::map({{"clusterId", 16}, {"shardId", 65'535}, {"publicKey", "key"}})),
            "16 65535 key");
  EXPECT_EQ(
      d.call("waku_content_topic",
             Value::map({{"appName", "app"}, {"appVersion", 7}, {"contentTopicName", "name"}, {"encoding", "proto"}})),
      "/app/7/name/proto");
  EXPECT_EQ(d.call("waku_store_query", Value::map({{"jsonQuery", "{}"}, {"peerAddr", "/ip4"}, {"timeoutMs", -1}})),
            "{} /ip4 -1");
}

TEST(DeliveryD, WhatTheLibraryDoesNotExportIsNoFunction) {
  Opened d("fixture_delivery_d", "delivery", "D");
  EXPECT_THAT(d.call("waku_filter_subscribe", Value::map({{"pubSubTopic", "t"}, {"contentTopics", "[]"}})),
              HasSubstr("there is no function"));
  EXPECT_THAT(d.family().function_names(), testing::Not(testing::Contains("waku_filter_subscribe")));
  EXPECT_THAT(d.call("waku_conect"), HasSubstr("did you mean `waku_connect`?"));
}

TEST(DeliveryB, ArgumentsArrive) {
  Opened b("fixture_delivery_b", "delivery", "B");
  EXPECT_EQ(b.call("logosdelivery_get_node_info", Value::map({{"nodeInfoId", "Version"}})), "v0.38.1");
  EXPECT_EQ(b.call("logosdelivery_subscribe", Value::map({{"contentTopicStr", "/a/1/b/proto"}})), "/a/1/b/proto");
  EXPECT_EQ(b.family().event_name(1, R"({"eventType":"message_sent"})"), "message_sent");
  EXPECT_EQ(b.family().event_name(1, "no JSON"), "");
}

TEST(WakuB, ArgumentsOfEveryShapeArrive) {
  Opened b("fixture_waku_b", "waku", "B");
  EXPECT_EQ(b.call("waku_version"), "v0.38.1");
  EXPECT_EQ(b.call("waku_peer_exchange_request", Value::map({{"numPeers", -5}})), "-5");
  EXPECT_EQ(b.call("waku_connect", Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", 4'294'967'295U}})),
            "/ip4 4294967295");
  EXPECT_EQ(b.call("waku_ping_peer", Value::map({{"peerAddr", "/ip4"}, {"timeoutMs", -1}})), "/ip4 -1");
  EXPECT_EQ(b.call("waku_dial_peer", Value::map({{"peerMultiAddr", "/ip4"}, {"protocol", "/relay"}, {"timeoutMs", 1}})),
            "/ip4 /relay 1");
  EXPECT_EQ(
      b.call("waku_relay_add_protected_shard", Value::map({{"clusterId", 16}, {"shardId", 3}, {"publicKey", "key"}})),
      "16 3 key");
  EXPECT_EQ(
      b.call("waku_content_topic",
             Value::map({{"appName", "app"}, {"appVersion", 7}, {"contentTopicName", "name"}, {"encoding", "proto"}})),
      "/app/7/name/proto");
}

TEST(Arguments, AreThoseOfTheFunction) {
  const Function& connect = *std::ranges::find(delivery_d_functions(), std::string("waku_connect"),
                                               [](const Function& each) { return std::string(each.name); });
  const auto problem = [&](const Value& values) {
    const auto read = read_arguments(connect, values);
    return read ? "" : read.error().message;
  };
  EXPECT_EQ(problem(Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", 1}})), "");
  EXPECT_THAT(problem({}), HasSubstr("`peerMultiAddr` is missing"));
  EXPECT_THAT(problem("text"), HasSubstr("must be a map"));
  EXPECT_THAT(problem(Value::map({{"peerMultiAddr", 5}, {"timeoutMs", 1}})), HasSubstr("must be a text"));
  EXPECT_THAT(problem(Value::map({{"peerMultiAddr", std::string("a\0b", 3)}, {"timeoutMs", 1}})),
              HasSubstr("without zero bytes"));
  EXPECT_THAT(problem(Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", -1}})), HasSubstr("from 0 to 4294967295"));
  EXPECT_THAT(problem(Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", std::uint64_t{1} << 32U}})),
              HasSubstr("from 0 to 4294967295"));
  EXPECT_THAT(problem(Value::map({{"peerMultiAddr", "/ip4"}, {"timeoutMs", 1}, {"extra", 1}})),
              HasSubstr("has no argument `extra`"));
}

TEST(Record, IsLaidOutAsACompilerDoes) {
  struct Mixed {
    std::uint16_t small;
    const char* text;
    std::uint32_t word;
    std::int32_t negative;
    std::uint64_t large;
  };
  const std::vector<Parameter> parameters = {{"small", Kind::uint16},
                                             {"text", Kind::text},
                                             {"word", Kind::uint32},
                                             {"negative", Kind::int32},
                                             {"large", Kind::uint64}};
  const std::vector<Argument> arguments = {
      {.number = 1}, {.text = "two"}, {.number = 3}, {.number = static_cast<std::uint64_t>(-4)}, {.number = 5}};
  const Record record(parameters, arguments);
  const auto& mixed = *static_cast<const Mixed*>(record.data());
  EXPECT_EQ(mixed.small, 1U);
  EXPECT_STREQ(mixed.text, "two");
  EXPECT_EQ(mixed.word, 3U);
  EXPECT_EQ(mixed.negative, -4);
  EXPECT_EQ(mixed.large, 5U);
}

}  // namespace
}  // namespace status::native
