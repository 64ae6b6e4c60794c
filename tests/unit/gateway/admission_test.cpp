// Who may read at the metrics address, and with which token.
#include "supervisor/gateway/http/admission.h"

#include <gmock/gmock.h>

#include "supervisor/gateway/named_tokens.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

constexpr const char* kLocal = "00112233445566778899aabbccddeeff";

class AdmissionTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const ipc::AccessPolicy> local_user() {
    ipc::CredentialAccess::Entry local;
    local.sha256 = ipc::credential_digest(*ipc::parse_credential(kLocal));
    local.caller = std::make_shared<ipc::Caller>(ipc::Caller{"local", ipc::MethodSet::all()});
    return std::make_shared<ipc::CredentialAccess>(std::vector{local});
  }
  static HttpRequest ask(const std::string& path) {
    HttpRequest request;
    request.path = path;
    return request;
  }
  static HttpRequest from_elsewhere(HttpRequest request, bool encrypted) {
    request.from_this_machine = false;
    request.encrypted = encrypted;
    return request;
  }
  static HttpRequest from_here(HttpRequest request) {
    request.from_this_machine = true;
    return request;
  }
  static HttpRequest with(HttpRequest request, const std::string& user, const std::string& password) {
    request.user = user;
    request.password = password;
    return request;
  }
  std::string make_token(const std::string& name, TokenScope scope) { return *tokens_->create(name, std::move(scope)); }
  // 200 when it may go on.
  static unsigned status(const std::optional<HttpReply>& refused) { return refused ? refused->status : 200; }

  FakeClock clock_;
  SystemRandom random_;
  std::shared_ptr<NamedTokens> tokens_ = std::make_shared<NamedTokens>("", local_user(), clock_, random_);
  const Admission open_{tokens_, false};
  const Admission closed_{tokens_, true};
};

TEST_F(AdmissionTest, WithoutMoreTheMachineReadsAllAndOthersReadFigures) {
  EXPECT_EQ(status(open_.refusal(from_here(ask("/metrics")), false)), 200u);
  EXPECT_EQ(status(open_.refusal(from_here(ask("/")), true)), 200u);
  EXPECT_EQ(status(open_.refusal(from_elsewhere(ask("/metrics"), false), false)), 200u);
  EXPECT_EQ(status(open_.refusal(from_elsewhere(ask("/"), false), true)), 403u) << "logs, in the clear";
  EXPECT_EQ(status(open_.refusal(from_elsewhere(ask("/"), true), true)), 401u);
}

TEST_F(AdmissionTest, WhereATokenIsRequiredItIsForAllButHealth) {
  EXPECT_EQ(status(closed_.refusal(from_here(ask("/metrics")), false)), 401u);
  EXPECT_EQ(status(closed_.refusal(from_here(ask("/sd")), false)), 401u);
  EXPECT_EQ(status(closed_.refusal(from_here(ask("/")), true)), 401u);
  EXPECT_EQ(status(closed_.refusal(from_elsewhere(ask("/healthz"), false), false)), 200u);
  EXPECT_EQ(status(closed_.refusal(from_elsewhere(ask("/readyz"), true), false)), 200u);
  const auto refused = closed_.refusal(from_here(ask("/metrics")), false);
  EXPECT_THAT(std::string(refused->challenge), ::testing::StartsWith("Basic realm="));
  EXPECT_THAT(refused->body, ::testing::HasSubstr("statusctl token create"));
}

TEST_F(AdmissionTest, ATokenReadsWhatItsScopeHas) {
  const std::string token = make_token("prometheus", {.methods = {std::string(kReadMetrics)}});
  const HttpRequest figures = from_elsewhere(ask("/metrics"), true);
  EXPECT_EQ(status(closed_.refusal(with(figures, "prometheus", token), false)), 200u);
  EXPECT_EQ(status(closed_.refusal(with(figures, "somebody", token), false)), 401u);
  EXPECT_EQ(status(closed_.refusal(with(figures, "prometheus", std::string(32, '0')), false)), 401u);
  EXPECT_EQ(status(closed_.refusal(with(figures, "prometheus", "no token"), false)), 401u);
  EXPECT_EQ(status(closed_.refusal(with(from_elsewhere(ask("/"), true), "prometheus", token), true)), 403u);
  HttpRequest bearer = figures;
  bearer.bearer = token;
  EXPECT_EQ(status(closed_.refusal(bearer, false)), 200u);
  EXPECT_EQ(status(closed_.refusal(with(from_elsewhere(ask("/metrics"), false), "prometheus", token), false)), 403u)
      << "in the clear";
  ASSERT_TRUE(tokens_->revoke("prometheus"));
  EXPECT_EQ(status(closed_.refusal(with(figures, "prometheus", token), false)), 401u);
}

TEST_F(AdmissionTest, TheLocalUsersOwnTokenOpensAllOfIt) {
  EXPECT_EQ(status(closed_.refusal(with(from_here(ask("/")), "local", kLocal), true)), 200u);
  EXPECT_EQ(status(closed_.refusal(with(from_here(ask("/")), "", kLocal), true)), 401u);
}

TEST_F(AdmissionTest, ATokensOwnRateHolds) {
  const std::string token = make_token("often", {.methods = {std::string(kReadMetrics)}, .rate_per_second = 2});
  const HttpRequest figures = with(from_here(ask("/metrics")), "often", token);
  EXPECT_EQ(status(closed_.refusal(figures, false)), 200u);
  EXPECT_EQ(status(closed_.refusal(figures, false)), 200u);
  EXPECT_EQ(status(closed_.refusal(figures, false)), 429u);
}

// The front door looks at what it brings.
TEST_F(AdmissionTest, AnOrderBringsATokenOfItsOwnAndNotInTheClear) {
  HttpRequest order = ask("/api/supervisor.restart");
  order.post = true;
  EXPECT_EQ(status(closed_.refusal(from_here(order), true)), 200u);
  EXPECT_EQ(status(open_.refusal(from_elsewhere(order, true), true)), 200u);
  EXPECT_EQ(status(open_.refusal(from_elsewhere(order, false), true)), 403u);
}

}  // namespace
}  // namespace status::gateway
