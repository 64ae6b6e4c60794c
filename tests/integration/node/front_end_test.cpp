// Front ends of a node: several at once, and one that asks for nonsense.
#include <gmock/gmock.h>

#include <thread>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

using FrontEnds = PlacedNodes;

TEST_P(FrontEnds, TwoOnOneSocketGetTheirOwnAnswersAndTheSameEvents) {
  constexpr int kCalls = 100;
  Node& node = start();
  const auto second = node.open_front();
  const auto third = node.open_front();
  EventLog other(third->client());
  const auto call_often = [&](FrontDoor& front, std::string& trouble) {
    for (int i = 0; i < kCalls && trouble.empty(); ++i) {
      const std::string word = std::to_string(i);
      const auto identity = front.call("chat.identity");
      const auto module = front.call("supervisor.module", Value::map({{"name", i % 2 == 0 ? "waku" : "keys"}}));
      if (!identity) trouble = identity.error().describe();
      if (!module || module->string_or("name", "") != (i % 2 == 0 ? "waku" : "keys")) trouble = "wrong row";
    }
  };
  std::string trouble[2];
  std::thread beside([&] { call_often(*second, trouble[1]); });
  call_often(node.front(), trouble[0]);
  beside.join();
  EXPECT_EQ(trouble[0], "");
  EXPECT_EQ(trouble[1], "");

  ASSERT_OK(node.restart("chat"));
  const auto generation = node.row("chat")->generation;
  const auto ready = EventLog::state("chat", "ready", generation - 1);
  ASSERT_TRUE(node.events().wait_for(ready, kPatience));
  ASSERT_TRUE(other.wait_for(ready, kPatience));
  const auto seqs = [&](EventLog& log) {
    std::vector<std::uint64_t> out;
    for (const auto& event : log.all(EventLog::topic("supervisor.module_state"))) out.push_back(event.seq);
    return out;
  };
  EXPECT_EQ(seqs(node.events()), seqs(other));
}

TEST_P(FrontEnds, WithoutTheTokenGetNothing) {
  Node& node = start();
  ipc::Credential wrong = node.token();
  wrong[0] = static_cast<std::uint8_t>(wrong[0] + 1);
  const auto stranger = FrontDoor::open(node.url(), wrong);
  ASSERT_OK(stranger);
  for (const char* method : {"supervisor.hello", "chat.identity", "supervisor.stop", "waku._sys.health"}) {
    const auto reply = (*stranger)->call(method);
    ASSERT_FALSE(reply) << method;
    EXPECT_EQ(reply.error().code, Code::unauthenticated) << method << " " << reply.error().describe();
  }
}

// What a request that makes no sense must not change.
struct Picture {
  std::string conversations;
  std::string messages;
  std::vector<std::uint64_t> generations;

  static Picture of(Node& node, const std::string& conversation) {
    Picture picture;
    picture.conversations = to_json(node.front().call("chat.list_conversations").value_or(Value("none")));
    picture.messages = to_json(
        node.front().call("chat.get_messages", Value::map({{"conversation", conversation}})).value_or(Value("none")));
    for (const Row& row : node.rows().value_or(std::vector<Row>())) picture.generations.push_back(row.generation);
    return picture;
  }
  bool operator==(const Picture&) const = default;
};

TEST_P(FrontEnds, BadInputGetsAClearErrorAndChangesNothing) {
  Node& a = start();
  Node& b = start();
  ASSERT_OK(link(a, b));
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  ASSERT_OK(say(a, *talk, "the one message", "one"));
  ASSERT_TRUE(a.events().wait_for(EventLog::topic("chat.message_delivered"), kPatience));
  const Picture before = Picture::of(a, talk->id);

  struct Case {
    const char* what;
    const char* method;
    Bytes params;
    Code code;
    const char* reason;
    const char* names;  // what the message must say
  };
  const auto packed = [](const Value& value) { return encode_msgpack(value); };
  const Value good = Value::map({{"conversation", talk->id}, {"content", "text"}});
  Value unknown_key = good;
  unknown_key.set("contents", "text");
  Bytes truncated = packed(good);
  truncated.resize(truncated.size() - 3);
  Bytes trailing = packed(good);
  trailing.push_back(0xc0);
  const std::string introduction =
      b.front().call("chat.create_introduction").value_or(Value()).string_or("introduction", "");
  std::string broken = introduction;
  broken[broken.size() / 2] = broken[broken.size() / 2] == 'A' ? 'B' : 'A';
  const auto send = [&](const Value& conversation, const Value& content) {
    return packed(Value::map({{"conversation", conversation}, {"content", content}}));
  };
  const auto introduce = [&](const std::string& text) { return packed(Value::map({{"introduction", text}})); };
  const std::vector<Case> cases = {
      {"an unknown conversation", "chat.send_message", send("nobody", "text"), Code::not_found,
       "chat.unknown_conversation", "nobody"},
      {"messages of an unknown conversation", "chat.get_messages", packed(Value::map({{"conversation", "nobody"}})),
       Code::not_found, "chat.unknown_conversation", "nobody"},
      {"a broken introduction", "chat.create_conversation", introduce(broken), Code::invalid_argument,
       "chat.introduction_damaged", ""},
      {"half an introduction", "chat.create_conversation", introduce(introduction.substr(0, 40)),
       Code::invalid_argument, "chat.introduction_damaged", ""},
      {"oversize text", "chat.send_message", send(talk->id, std::string(4'097, 'x')), Code::invalid_argument,
       "ipc.invalid_params", "content"},
      {"no text", "chat.send_message", send(talk->id, ""), Code::invalid_argument, "ipc.invalid_params", "content"},
      {"a number for a text", "chat.send_message", send(talk->id, 7), Code::invalid_argument, "ipc.invalid_params",
       "content"},
      {"a list for a conversation", "chat.send_message", send(Value::array({1}), "text"), Code::invalid_argument,
       "ipc.invalid_params", "conversation"},
      {"text that is not UTF-8", "chat.send_message", send(talk->id, "\xff\xfe"), Code::invalid_argument,
       "ipc.invalid_params", "content"},
      {"a missing key", "chat.send_message", packed(Value::map({{"content", "text"}})), Code::invalid_argument,
       "ipc.invalid_params", "conversation"},
      {"an unknown key", "chat.send_message", packed(unknown_key), Code::invalid_argument, "ipc.invalid_params",
       "content"},
      {"a list for the parameters", "chat.send_message", packed(Value::array({1, 2})), Code::invalid_argument,
       "ipc.bad_envelope", "map"},
      {"truncated MessagePack", "chat.send_message", truncated, Code::invalid_argument, "ipc.bad_encoding", ""},
      {"something after the parameters", "chat.send_message", trailing, Code::invalid_argument, "ipc.bad_encoding", ""},
      {"more messages than a page holds", "waku.store_query", packed(Value::map({{"limit", 101}})),
       Code::invalid_argument, "ipc.invalid_params", "limit"},
      {"an unknown method", "chat.sing", packed(Value::Map()), Code::unimplemented, "ipc.unknown_method", "sing"},
      {"an unknown module", "chatt.identity", packed(Value::Map()), Code::not_found, "supervisor.unknown_module",
       "chat"},
      {"a key of the store, for a front end", "keys.database", packed(Value::Map()), Code::permission_denied,
       "keys.not_a_module", ""},
      {"an unknown module to stop", "supervisor.stop", packed(Value::map({{"module", "nobody"}})), Code::not_found,
       "supervisor.unknown_module", "nobody"},
      {"a wrong type for the gateway", "supervisor.module", packed(Value::map({{"name", 7}})), Code::invalid_argument,
       "ipc.invalid_params", "name"},
  };
  for (const Case& bad : cases) {
    const auto reply = a.front().raw(bad.method, bad.params);
    ASSERT_FALSE(reply) << bad.what;
    const Error& error = reply.error();
    EXPECT_EQ(error.code, bad.code) << bad.what << ": " << error.describe();
    EXPECT_EQ(error.reason, bad.reason) << bad.what << ": " << error.describe();
    EXPECT_THAT(error.message, testing::HasSubstr(bad.names)) << bad.what;
    EXPECT_FALSE(error.retryable) << bad.what;
    EXPECT_NE(error.module, "") << bad.what;
  }
  EXPECT_EQ(Picture::of(a, talk->id), before);
  ASSERT_OK(say(a, *talk, "the next one", "two"));
  ASSERT_TRUE(await_heard(b, 2));
  EXPECT_EQ(heard(b), (std::vector<std::string>{"the one message", "the next one"}));
}

INSTANTIATE_TEST_SUITE_P(Node, FrontEnds, testing::Values(Placement::processes, Placement::one_process),
                         placement_name);

}  // namespace
}  // namespace status::test
