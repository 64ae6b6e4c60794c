// What a client may do once it is in: what its own token says, and only while there is one.
#include "ipc/server/access.h"

#include <chrono>

#include "ipc/base/codec.h"
#include "ipc/remote/sp_frames.h"
#include "tests/integration/remote/fixture.h"

namespace status::test {
namespace {

using Access = RemoteTest;

std::int64_t in_ms(std::int64_t ms) { return SystemClock().unix_ms() + ms; }

// That the connection ends. A poll may be told why before, or have had something to tell.
void expect_end(TlsClient& client, const std::string& reason) {
  while (const auto last = client.receive()) {
    if (!*last) {
      EXPECT_EQ(last->error().reason, reason);
    }
  }
  EXPECT_TRUE(client.ended());
}

TEST_F(Access, TheRightPairMayDoWhatItsTokenSaysAndNothingElse) {
  const std::string token = token_for("desk", {.methods = {"supervisor.hello", "supervisor.events.next"}});
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "");
  EXPECT_EQ(client.reason_of("supervisor.modules", token), "ipc.denied");
  EXPECT_EQ(client.reason_of("supervisor.create_token", token), "ipc.denied");
  client.send("supervisor.events.next", token, Value::map({{"cursor", "0"}}));
  const auto page = client.receive();
  ASSERT_TRUE(page && *page);
  EXPECT_FALSE((*page)->find("events")->as_array()->empty());
  EXPECT_EQ(client.reason_of("supervisor.modules", token), "ipc.denied");
  EXPECT_TRUE(logged("\"reason\":\"ipc.denied\"", 2)) << "each method once";
}

TEST_F(Access, WhatItsConnectionsCarryIsCounted) {
  const auto received = [this] { return figure("process_network_receive_bytes_total"); };
  const auto sent = [this] { return figure("process_network_transmit_bytes_total"); };
  const std::string token = token_for("desk");
  EXPECT_EQ(received(), 0);
  EXPECT_EQ(sent(), 0);
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  constexpr double kGreeting = sizeof(remote::Greeting);
  ASSERT_TRUE(eventually([&] { return received() == kGreeting && sent() == kGreeting; }))
      << received() << " and " << sent() << " bytes: what is inside TLS counts";
  ASSERT_EQ(client.reason_of("supervisor.hello", token), "");
  const std::string hello = to_json(*node_.front().call("supervisor.hello"));
  EXPECT_TRUE(eventually([&] { return sent() > kGreeting + static_cast<double>(hello.size()) / 2; })) << sent();
  EXPECT_GT(received(), kGreeting + static_cast<double>(sizeof(ipc::Credential)));
  EXPECT_LT(received(), 1'000);
}

TEST_F(Access, NoScopeMakesTokensFromAfar) {
  const std::string token = token_for("desk", {.methods = {"*"}});
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.tokens", token), "supervisor.local_only");
}

TEST_F(Access, ACertificateWithAnotherClientsTokenIsRefused) {
  token_for("desk");
  const std::string others = token_for("phone");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", others), "supervisor.wrong_token");
  EXPECT_TRUE(counted("wrong_token", 1));
}

TEST_F(Access, WhatOpensTheDoorOnThisMachineDoesNotFromAfar) {
  const std::string token = token_for("desk");
  const std::string local = local_token("browser");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", to_hex(node_.token())), "supervisor.wrong_token");
  EXPECT_EQ(client.reason_of("supervisor.hello", local), "supervisor.wrong_token");
  EXPECT_EQ(client.reason_of("supervisor.hello", ""), "supervisor.wrong_token");
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "") << "and it is not held against the right one";
  EXPECT_TRUE(logged("\"reason\":\"supervisor.wrong_token\"", 1));
}

TEST_F(Access, ARemoteTokenDoesNotOpenTheDoorOnThisMachine) {
  const std::string token = token_for("desk");
  const auto front = FrontDoor::open(node_.url(), *ipc::parse_credential(token));
  ASSERT_TRUE(front);
  const auto denied = (*front)->call("supervisor.hello");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().reason, "ipc.unknown_credential");
}

TEST_F(Access, TryingTokensEndsTheConnection) {
  const std::string others = token_for("phone");
  token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  for (int i = 0; i < 15; ++i) ASSERT_EQ(client.reason_of("supervisor.hello", others), "supervisor.wrong_token") << i;
  client.send("supervisor.hello", others);
  EXPECT_TRUE(client.ended());
}

TEST_F(Access, ExpiryEndsWhatIsOpenAndIsSaidToWhoComesLater) {
  const std::string token = token_for("desk", {.expires_ms = in_ms(4'000)});
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "");
  client.send("supervisor.events.next", token, Value::map({{"wait_ms", 9'000}}));
  expect_end(client, "ipc.token_expired");
  TlsClient later = connect("desk");
  ASSERT_TRUE(later.greet());
  EXPECT_EQ(later.reason_of("supervisor.hello", token), "ipc.token_expired");
}

TEST_F(Access, RevocationEndsOpenConnectionsAtOnce) {
  const std::string token = token_for("desk");
  token_for("phone");
  TlsClient client = connect("desk");
  TlsClient bystander = connect("phone");
  ASSERT_TRUE(client.greet());
  ASSERT_TRUE(bystander.greet());
  client.send("supervisor.events.next", token, Value::map({{"wait_ms", 9'000}}));
  ASSERT_TRUE(node_.front().call("supervisor.revoke_token", Value::map({{"name", "desk"}})));
  expect_end(client, "supervisor.token_revoked");
  EXPECT_TRUE(counted("revoked", 1));
  TlsClient again = connect("desk");
  EXPECT_FALSE(again.greet());
  EXPECT_EQ(bystander.reason_of("supervisor.hello", "00000000000000000000000000000001"), "supervisor.wrong_token")
      << "others stay";
}

TEST_F(Access, ANewTokenForTheSameClientDoesNotReviveTheOldOne) {
  const std::string first = token_for("desk");
  ASSERT_TRUE(node_.front().call("supervisor.revoke_token", Value::map({{"name", "desk"}})));
  const std::string second = token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", first), "supervisor.wrong_token");
  EXPECT_EQ(client.reason_of("supervisor.hello", second), "");
}

TEST_F(Access, OverTheRateIsRefused) {
  const std::string token = token_for("desk", {.rate = 2});
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  std::string reason;
  for (int i = 0; i < 100 && reason.empty(); ++i) reason = client.reason_of("supervisor.hello", token);
  EXPECT_EQ(reason, "ipc.rate_limited");
}

TEST_F(Access, WhoIsRefusedAgainAndAgainIsClosedAlone) {
  const std::string token = token_for("desk", {.methods = {"supervisor.hello"}});
  const std::string other = token_for("phone");
  TlsClient client = connect("desk");
  TlsClient bystander = connect("phone");
  ASSERT_TRUE(client.greet());
  ASSERT_TRUE(bystander.greet());
  std::string reason;
  for (int i = 0; i < 2'000 && reason != "closed"; ++i) reason = client.reason_of("supervisor.modules", token);
  EXPECT_EQ(reason, "closed");
  EXPECT_EQ(bystander.reason_of("supervisor.hello", other), "");
  EXPECT_TRUE(counted("offender", 1));
}

TEST_F(Access, AClientHasOneTokenAndAFingerprintIsChecked) {
  token_for("desk");
  Value wish =
      Value::map({{"name", "twin"}, {"methods", Value::array({"*"})}, {"client", tls::to_text(identity("desk").id)}});
  EXPECT_EQ(node_.front().call("supervisor.create_token", wish).error().reason, "supervisor.client_exists");
  wish.set("client", "abc");
  EXPECT_EQ(node_.front().call("supervisor.create_token", wish).error().reason, "supervisor.bad_client");
}

TEST_F(Access, TokensAndTheNodesKeyOutliveAGateway) {
  const std::string token = token_for("desk");
  const Value before = door();
  const auto killed = node_.kill("gateway");
  ASSERT_TRUE(killed);
  ASSERT_TRUE(node_.await_ready("gateway", killed->generation));
  EXPECT_EQ(door(), before) << "the same key, and the same port";
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.reason_of("supervisor.hello", token), "");
}

}  // namespace
}  // namespace status::test
