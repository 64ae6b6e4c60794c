// Tokens that the local user gives to front ends: scope, rate, expiry, and their end.
#include "supervisor/gateway/named_tokens.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "supervisor/gateway/tokens.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using std::chrono::milliseconds;

constexpr const char* kLocal = "00112233445566778899aabbccddeeff";

// Knows nobody.
class Nobody final : public ipc::AccessPolicy {
 public:
  Result<std::shared_ptr<const ipc::Caller>> identify(const ipc::RequestHeader&) const override {
    return fail(Code::unauthenticated, "ipc.unknown_credential", "nobody");
  }
};

class NamedTokensTest : public ::testing::Test {
 protected:
  NamedTokens open() { return NamedTokens(file_, std::make_shared<Nobody>(), clock_, random_); }
  static Result<std::shared_ptr<const ipc::Caller>> show(const NamedTokens& tokens, const std::string& token) {
    ipc::RequestHeader header;
    header.credential = *ipc::parse_credential(token);
    return tokens.identify(header);
  }

  ipc::testing::SocketDir dir_;
  std::string file_ = dir_.socket("tokens.json");
  FakeClock clock_;
  SystemRandom random_;
};

TEST_F(NamedTokensTest, OpensTheDoorUntilItIsRevokedAlsoForTheGatewayAfterThisOne) {
  NamedTokens tokens = open();
  const auto token = tokens.create("desktop", {.methods = {"chat.*"}});
  ASSERT_TRUE(token) << token.error().message;
  const auto caller = show(tokens, *token);
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ((*caller)->user, "desktop");
  EXPECT_TRUE((*caller)->methods.contains("chat.send_message"));
  EXPECT_FALSE((*caller)->methods.contains("keys.database"));

  NamedTokens next = open();
  ASSERT_TRUE(next.load());
  EXPECT_TRUE(show(next, *token));
  ASSERT_TRUE(next.revoke("desktop"));
  EXPECT_EQ(show(next, *token).error().code, Code::unauthenticated);
  NamedTokens last = open();
  ASSERT_TRUE(last.load());
  EXPECT_TRUE(last.list().empty());
}

TEST_F(NamedTokensTest, TheFileHasDigestsAndIsPrivate) {
  NamedTokens tokens = open();
  const auto token = tokens.create("desktop", {.methods = {"*"}});
  ASSERT_TRUE(token);
  std::ifstream in(file_);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(text, testing::HasSubstr("desktop"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr(*token)));
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(NamedTokensTest, TheRateIsABucketThatFillsAgain) {
  NamedTokens tokens = open();
  const auto token = tokens.create("script", {.methods = {"*"}, .rate_per_second = 10});
  ASSERT_TRUE(token);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(show(tokens, *token)) << i;
  const auto refused = show(tokens, *token);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_GE(refused.error().retry_after_ms, 100U);
  clock_.advance(milliseconds(refused.error().retry_after_ms));
  EXPECT_TRUE(show(tokens, *token));
  EXPECT_FALSE(show(tokens, *token));
  clock_.advance(milliseconds(60'000));
  int allowed = 0;
  while (show(tokens, *token)) ++allowed;
  EXPECT_EQ(allowed, 10) << "it does not fill past a second's worth";
}

TEST_F(NamedTokensTest, ExpiresByTheWallClock) {
  NamedTokens tokens = open();
  const auto token = tokens.create("guest", {.methods = {"*"}, .expires_ms = clock_.unix_ms() + 1'000});
  ASSERT_TRUE(token);
  EXPECT_TRUE(show(tokens, *token));
  clock_.advance(milliseconds(1'000));
  EXPECT_EQ(show(tokens, *token).error().reason, "ipc.token_expired");
}

TEST_F(NamedTokensTest, SaysOnceWhoseTimeHasRunOutAndThenItStaysSo) {
  NamedTokens tokens = open();
  const auto token = tokens.create("guest", {.methods = {"*"}, .expires_ms = clock_.unix_ms() + 1'000});
  ASSERT_TRUE(token);
  ASSERT_TRUE(tokens.create("resident", {.methods = {"*"}}));
  EXPECT_THAT(tokens.run_out(), testing::IsEmpty());
  clock_.advance(milliseconds(1'000));
  const auto out = tokens.run_out();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out.front()->user, "guest");
  EXPECT_THAT(tokens.run_out(), testing::IsEmpty());
  clock_.set_unix_ms(clock_.unix_ms() - 60'000);
  EXPECT_EQ(show(tokens, *token).error().reason, "ipc.token_expired");
}

TEST_F(NamedTokensTest, BadNamesTwinsAndTooManyAreRefused) {
  NamedTokens tokens = open();
  for (const char* name : {"", "Desktop", "1st", "a b", "gateway/x"}) {
    EXPECT_EQ(tokens.create(name, {.methods = {"*"}}).error().reason, "supervisor.bad_token_name") << name;
  }
  ASSERT_TRUE(tokens.create("a", {.methods = {"*"}}));
  EXPECT_EQ(tokens.create("a", {.methods = {"*"}}).error().code, Code::already_exists);
  EXPECT_EQ(tokens.revoke("b").error().code, Code::not_found);
  for (std::size_t i = 1; i < NamedTokens::kMost; ++i)
    ASSERT_TRUE(tokens.create("t" + std::to_string(i), {.methods = {"*"}}));
  EXPECT_EQ(tokens.create("more", {.methods = {"*"}}).error().code, Code::resource_exhausted);
}

// The remote door shows the pass for whoever has the client's key.
TEST_F(NamedTokensTest, OfAClientElsewhereThePassOpensTheDoorAndTheTokenDoesNot) {
  const tls::KeyId client{1, 2, 3};
  NamedTokens tokens = open();
  const auto token = tokens.create("ops", {.methods = {"chat.*"}, .client = client});
  ASSERT_TRUE(token);
  EXPECT_EQ(show(tokens, *token).error().code, Code::unauthenticated);
  const auto pass = tokens.pass_of(client);
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->token_sha256, ipc::credential_digest(*ipc::parse_credential(*token)));
  const auto caller = show(tokens, to_hex(pass->credential));
  ASSERT_TRUE(caller);
  EXPECT_EQ((*caller)->name, "token/ops");
  EXPECT_EQ(tokens.pass_of(tls::KeyId{9}), std::nullopt);
  EXPECT_EQ(tokens.create("twin", {.methods = {"*"}, .client = client}).error().reason, "supervisor.client_exists");
  ASSERT_TRUE(tokens.create("here", {.methods = {"*"}}));
  ASSERT_TRUE(tokens.create("also-here", {.methods = {"*"}})) << "those of this machine have no client in common";

  NamedTokens next = open();
  ASSERT_TRUE(next.load());
  ASSERT_TRUE(next.pass_of(client));
  EXPECT_EQ(next.pass_of(client)->token_sha256, pass->token_sha256);
  EXPECT_NE(next.pass_of(client)->credential, pass->credential) << "drawn anew";
  int told = 0;
  next.on_revoked([&] { ++told; });
  ASSERT_TRUE(next.revoke("ops"));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(next.pass_of(client), std::nullopt);
  EXPECT_FALSE(next.revoke("ops"));
  EXPECT_EQ(told, 1);
}

TEST_F(NamedTokensTest, ADamagedFileLetsNobodyInAndSaysWhatToDo) {
  std::ofstream(file_) << "{\"tokens\": [{\"name\": \"a\"}]}";
  NamedTokens tokens = open();
  const Status loaded = tokens.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::data_loss);
  EXPECT_THAT(loaded.error().message, testing::HasSubstr("remove it"));
  EXPECT_TRUE(tokens.list().empty());
}

TEST_F(NamedTokensTest, WhatCannotBeKeptIsNotMade) {
  file_ = dir_.socket("nowhere/tokens.json");
  NamedTokens tokens = open();
  EXPECT_FALSE(tokens.create("a", {.methods = {"*"}}));
  EXPECT_TRUE(tokens.list().empty());
}

// Through the front door.
class TokenMethods : public GatewayTest {
 protected:
  TokenMethods() {
    const std::string path = dir_.socket("token");
    std::ofstream(path) << kLocal;
    ::chmod(path.c_str(), 0600);
    GatewayConfig guarded = config();
    guarded.access = *local_access(path);
    start(guarded);
  }
  Result<Value> as(const std::string& token, const std::string& method, const Value& params = empty_map()) {
    const auto client =
        *ipc::Client::open({.url = config().url, .target = "supervisor", .credential = *ipc::parse_credential(token)});
    ipc::Request wanted = request(method);
    wanted.params = encode_msgpack(params);
    const Result<ipc::Response> response = client->call_and_wait(wanted);
    if (!response) return fail(response.error());
    return decode_msgpack(response->result());
  }
  static Value wish(const std::string& name, const std::string& method) {
    return Value::map({{"name", name}, {"methods", Value::Array{Value(method)}}});
  }
};

TEST_F(TokenMethods, ATokenMayCallWhatItsScopeSaysAndNothingElse) {
  const auto made = as(kLocal, "supervisor.create_token", wish("watcher", "supervisor.hello"));
  ASSERT_TRUE(made) << made.error().message;
  const std::string token = made->string_or("token", "");
  EXPECT_TRUE(as(token, "supervisor.hello"));
  const auto denied = as(token, "supervisor.modules");
  EXPECT_EQ(denied.error().code, Code::permission_denied);
  EXPECT_THAT(denied.error().message, testing::HasSubstr("watcher"));
  ASSERT_TRUE(as(kLocal, "supervisor.revoke_token", Value::map({{"name", "watcher"}})));
  EXPECT_EQ(as(token, "supervisor.hello").error().code, Code::unauthenticated) << "at once";
}

TEST_F(TokenMethods, OnlyTheLocalUserManagesTokens) {
  const auto made = as(kLocal, "supervisor.create_token", wish("all", "*"));
  ASSERT_TRUE(made);
  const std::string token = made->string_or("token", "");
  EXPECT_EQ(as(token, "supervisor.create_token", wish("more", "*")).error().reason, "supervisor.local_only");
  EXPECT_EQ(as(token, "supervisor.tokens").error().reason, "supervisor.local_only");
  EXPECT_EQ(as(token, "supervisor.revoke_token", Value::map({{"name", "all"}})).error().reason,
            "supervisor.local_only");
  const auto listed = as(kLocal, "supervisor.tokens");
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->find("tokens")->as_array()->size(), 1U);
  EXPECT_THAT(to_json(*listed), testing::Not(testing::HasSubstr(token)));
}

}  // namespace
}  // namespace status::gateway
