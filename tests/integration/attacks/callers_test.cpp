// Who is asking: forged callers, and tokens that somebody has kept.
#include <algorithm>

#include "ipc/base/codec.h"
#include "ipc/control/control_line.h"
#include "ipc/server/access.h"
#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

using Credential = ipc::Credential;

class CallerAttack : public Attack {
 protected:
  // A third-party module that may call echo_a.who and nothing else: the credential of its edge.
  Credential edge_of_fake() {
    const auto report = parse_json(read_file(node().data_dir() + "/profiles/default/fake/report.json"));
    const auto message = ipc::control::decode_to_module(report ? report->string_or("line", "") : "");
    EXPECT_TRUE(message);
    Credential out{};
    if (message) {
      const auto& edges = std::get<ipc::control::Bootstrap>(*message).edges.to;
      EXPECT_TRUE(edges.contains("echo_a"));
      if (edges.contains("echo_a")) std::ranges::copy(edges.at("echo_a").credential, out.begin());
    }
    return out;
  }
  void start_with_fake() {
    node_.emplace();
    node().statusd().add_fake_module("fake", {.requires_ = {"echo_a"}});
    write_file(node().data_dir() + "/grants.toml", "[fake]\necho_a = [\"echo_a.who\"]\n");
    start();
  }
  // Whom echo_a takes that request to be from.
  std::string who(const std::string& socket, const Credential& credential, std::string_view user) {
    ipc::RequestHeader header{.id = 1, .method = "echo_a.who", .deadline_ms = 5'000, .credential = credential};
    header.user = user;
    RawClient client(socket);
    client.write(framed(request(header, encode_msgpack(Value::Map()))));
    const auto envelope = client.answer(kPatience);
    const auto view = envelope ? ipc::parse_response(*envelope) : fail(Code::internal, "test.no_answer", "none");
    if (!view || view->error) return "error";
    const auto reply = decode_msgpack(ByteView(*envelope).subspan(view->body_at));
    return reply ? reply->string_or("principal", "") : "error";
  }
  // A token for a front end, as the local user makes it.
  std::optional<Credential> make_token(const Value& wish) {
    const auto made = node().front().call("supervisor.create_token", wish);
    EXPECT_TRUE(made) << made.error().describe();
    const auto parsed = ipc::parse_credential(made ? made->string_or("token", "") : "");
    return parsed ? std::optional(*parsed) : std::nullopt;
  }
  static Value wish(const std::string& name, const std::string& method) {
    return Value::map({{"name", name}, {"methods", Value::array({method})}});
  }
};

using ForgedCaller = CallerAttack;
using ReplayedToken = CallerAttack;

TEST_F(ForgedCaller, WithoutACredentialOrWithOneThatNobodyDrew) {
  start();
  Credential guess = token();
  guess[0] ^= 1U;
  for (const char* method : {"supervisor.hello", "supervisor.stop", "echo_a.say", "echo_a._sys.metrics", "nobody.at"}) {
    EXPECT_EQ(verdict(std::nullopt, method), "ipc.no_credential") << method;
    EXPECT_EQ(verdict(Credential{}, method), "ipc.no_credential") << method;
    EXPECT_EQ(verdict(guess, method), "ipc.unknown_credential") << method;
  }
  EXPECT_EQ(refusals("gateway", "ipc.no_credential"), 10);
  EXPECT_EQ(refusals("gateway", "ipc.unknown_credential"), 5);
  EXPECT_EQ(said("gateway", "ipc.no_credential"), 1);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

TEST_F(ForgedCaller, AFrontEndThatSaysItIsSomebodyElse) {
  start();
  const auto desktop = make_token(wish("desktop", "echo_a.*"));
  ASSERT_TRUE(desktop);
  EXPECT_EQ(who(front_socket(), *desktop, ""), "gateway/desktop");
  EXPECT_EQ(who(front_socket(), *desktop, "local"), "gateway/desktop");
  EXPECT_EQ(who(front_socket(), token(), "desktop"), "gateway") << "the local user is nobody else, either";
}

TEST_F(ForgedCaller, AModuleThatSaysItIsTheGateway) {
  start_with_fake();
  const Credential edge = edge_of_fake();
  EXPECT_EQ(who(socket_of("echo_a"), edge, "local"), "fake");
  EXPECT_EQ(who(socket_of("echo_a"), edge, "gateway/desktop"), "fake");
}

TEST_F(ForgedCaller, AnEdgesCredentialOpensNothingButItsEdge) {
  start_with_fake();
  const Credential edge = edge_of_fake();
  EXPECT_EQ(verdict_at("echo_a", edge, "echo_a.who"), "ok");
  EXPECT_EQ(verdict_at("echo_a", edge, "echo_a.say"), "ipc.denied") << "it was not granted";
  EXPECT_EQ(verdict_at("echo_a", edge, "echo_a.crash"), "ipc.denied");
  EXPECT_EQ(verdict_at("echo_b", edge, "echo_b.who"), "ipc.unknown_credential");
  EXPECT_EQ(verdict(edge, "echo_a.who"), "ipc.unknown_credential") << "it is no front end's token";
  EXPECT_EQ(verdict_at("echo_a", token(), "echo_a.who"), "ipc.unknown_credential") << "a token is no edge's credential";
  EXPECT_EQ(refusals("echo_a", "ipc.denied"), 2);
  EXPECT_EQ(said("echo_a", "ipc.denied"), 2) << "once for each method";
  EXPECT_EQ(refusals("echo_b", "ipc.unknown_credential"), 1);
  EXPECT_EQ(said("echo_b", "ipc.unknown_credential"), 1);
}

TEST_F(ReplayedToken, OneThatWasRevoked) {
  start();
  const auto desktop = make_token(wish("desktop", "*"));
  ASSERT_TRUE(desktop);
  RawClient connected(front_socket());
  connected.write(framed(request("echo_a.who", desktop, 1)));
  EXPECT_EQ(connected.verdict(kPatience), "ok");
  ASSERT_TRUE(node().front().call("supervisor.revoke_token", Value::map({{"name", "desktop"}})));
  connected.write(framed(request("echo_a.who", desktop, 2)));
  EXPECT_EQ(connected.verdict(kPatience), "ipc.unknown_credential") << "on a connection that it had opened before, too";
  EXPECT_EQ(verdict(desktop), "ipc.unknown_credential");
  EXPECT_EQ(refusals("gateway", "ipc.unknown_credential"), 2);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

TEST_F(ReplayedToken, OneThatHasExpired) {
  start();
  Value guest = wish("guest", "*");
  guest.set("expires_ms", SystemClock().unix_ms() + 1'000);
  const auto visitor = make_token(guest);
  ASSERT_TRUE(visitor);
  RawClient client(front_socket());
  const auto again = [&] {
    client.write(framed(request("supervisor.hello", visitor)));
    return client.verdict(kPatience);
  };
  std::string last = again();
  EXPECT_EQ(last, "ok");
  while (last == "ok") last = again();
  EXPECT_EQ(last, "ipc.token_expired");
  EXPECT_EQ(verdict(visitor), "ipc.token_expired");
  EXPECT_EQ(refusals("gateway", "ipc.token_expired"), 2);
  EXPECT_EQ(said("gateway", "ipc.token_expired"), 1);
}

TEST_F(ReplayedToken, OneOfAnotherNode) {
  start();
  EchoNode other;
  ASSERT_TRUE(other.start());
  EXPECT_EQ(verdict(other->token()), "ipc.unknown_credential");
  const auto made = other->front().call("supervisor.create_token", wish("desktop", "*"));
  ASSERT_TRUE(made);
  EXPECT_EQ(verdict(*ipc::parse_credential(made->string_or("token", ""))), "ipc.unknown_credential");
  EXPECT_EQ(refusals("gateway", "ipc.unknown_credential"), 2);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

TEST_F(ReplayedToken, WhatTheDiskHasOfIt) {
  start();
  ASSERT_TRUE(make_token(wish("desktop", "*")));
  const auto kept = parse_json(read_file(node().data_dir() + "/profiles/default/gateway/tokens.json"));
  ASSERT_TRUE(kept);
  const std::string digest = kept->find("tokens")->as_array()->front().string_or("sha256", "");
  ASSERT_EQ(digest.size(), 64U);
  EXPECT_EQ(verdict(*ipc::parse_credential(digest.substr(0, 32))), "ipc.unknown_credential");
  EXPECT_EQ(verdict(*ipc::parse_credential(digest.substr(32))), "ipc.unknown_credential");
  EXPECT_EQ(refusals("gateway", "ipc.unknown_credential"), 2);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

TEST_F(ReplayedToken, TheLocalUsersOfTheNodesEarlierLife) {
  node_.emplace();
  ASSERT_TRUE(node_->start());
  const Credential before = token();
  ASSERT_TRUE(node().stop());
  start();
  EXPECT_NE(token(), before) << "each start draws another";
  EXPECT_EQ(verdict(before), "ipc.unknown_credential");
  EXPECT_EQ(refusals("gateway", "ipc.unknown_credential"), 1);
  EXPECT_EQ(said("gateway", "ipc.unknown_credential"), 1);
}

// What was seen on the wire and is sent again is the same request, which was done already; with another body it is
// refused.
TEST_F(ReplayedToken, ACapturedRequestIsDoneOnceAndWithAnotherBodyNotAtAll) {
  start_with_fake();
  const auto restart = [&](const std::string& module) {
    ipc::RequestHeader header{.id = 1, .method = "supervisor.restart", .deadline_ms = 20'000, .credential = token()};
    header.idempotency_key = "captured";
    RawClient client(front_socket());
    client.write(framed(request(header, encode_msgpack(Value::map({{"module", module}})))));
    return client.verdict(kPatience);
  };
  EXPECT_EQ(restart("fake"), "ok");
  ASSERT_TRUE(node().await_ready("fake", 1));
  these_are_the_processes();
  EXPECT_EQ(restart("fake"), "ok");
  EXPECT_EQ(restart("echo_a"), "ipc.idempotency_mismatch");
}

}  // namespace
}  // namespace status::test
