// The metrics address with a certificate.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <filesystem>

#include "ipc/base/bytes.h"
#include "ipc/base/file.h"
#include "ipc/tls/web_certificate.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/gateway/dashboard_fixture.h"
#include "tests/unit/gateway/https_client.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TlsEndpoint : public DashboardTest {
 protected:
  void start_with_tls(bool require_token = false) {
    GatewayConfig with = dashboard_config();
    with.metrics_certificate_file = certificate_;
    with.metrics_require_token = require_token;
    with.log_fd = log_.get();
    start(with);
  }
  std::string get_over_tls(const std::string& path, const std::string& fields = "") {
    return exchange_over_tls(port(), certificate_,
                             "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
  }
  static std::string basic(const std::string& user, const std::string& password) {
    const std::string both = user + ":" + password;
    return "Authorization: Basic " + to_base64(as_bytes(both)) + "\r\n";
  }

  const std::string certificate_ = dir_.socket("tls.pem");
  const UniqueFd log_{::memfd_create("log", MFD_CLOEXEC)};
};

TEST_F(TlsEndpoint, MakesACertificateForItselfAndKeepsIt) {
  start_with_tls();
  EXPECT_THAT(gateway_->metrics_url(), StartsWith("https://"));
  struct stat info {};
  ASSERT_EQ(::stat(certificate_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_THAT(get_over_tls("/metrics"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get_over_tls("/sd"), HasSubstr(R"("__scheme__":"https")"));
  EXPECT_EQ(get("/metrics"), "") << "in the clear";
  const Result<std::string> before = read_file(certificate_);
  stop_gateway();
  start_with_tls();
  EXPECT_EQ(*read_file(certificate_), *before);
  EXPECT_THAT(get_over_tls("/metrics"), StartsWith("HTTP/1.1 200"));
}

TEST_F(TlsEndpoint, OneThatIsReplacedHoldsForTheNextConnection) {
  start_with_tls();
  const std::string other = dir_.socket("other.pem");
  ASSERT_TRUE(tls::WebCertificate::open(other, {"localhost"}));
  const auto get_trusting = [&](const std::string& trusted) {
    return exchange_over_tls(port(), trusted, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  };
  EXPECT_EQ(get_trusting(other), "");
  std::filesystem::copy_file(other, certificate_ + ".new");
  std::filesystem::rename(certificate_ + ".new", certificate_);
  EXPECT_THAT(get_trusting(other), StartsWith("HTTP/1.1 200"));
  ASSERT_TRUE(replace_file(certificate_, "nonsense", Durability::lazy));
  EXPECT_THAT(get_trusting(other), StartsWith("HTTP/1.1 200")) << "what cannot be used changes nothing";
  EXPECT_THAT(get_trusting(other), StartsWith("HTTP/1.1 200"));
  std::string said(1 << 16, '\0');
  said.resize(static_cast<std::size_t>(::pread(log_.get(), said.data(), said.size(), 0)));
  const std::size_t first = said.find("the certificate stays as it was");
  ASSERT_NE(first, std::string::npos) << said;
  EXPECT_EQ(said.find("the certificate stays as it was", first + 1), std::string::npos) << "once";
}

TEST_F(TlsEndpoint, TokensAreUserAndPassword) {
  start_with_tls(true);
  EXPECT_THAT(get_over_tls("/healthz"), StartsWith("HTTP/1.1 200"));
  const std::string refused = get_over_tls("/metrics");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(refused, HasSubstr("WWW-Authenticate: Basic realm="));
  EXPECT_THAT(get_over_tls("/metrics", basic("local", kToken)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get_over_tls("/", basic("local", kToken)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get_over_tls("/metrics", basic("local", "wrong")), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(get_over_tls("/metrics", "Authorization: Basic ???\r\n"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(get_over_tls("/metrics", std::string("Authorization: Bearer ") + kToken + "\r\n"),
              StartsWith("HTTP/1.1 200"));
}

TEST(WebCertificate, WhatOthersMayReadOrIsNoneIsRefused) {
  const test::TempDir dir;
  const std::string path = dir / "tls.pem";
  ASSERT_TRUE(tls::WebCertificate::open(path, {"localhost", "127.0.0.1", "::1", "node.example.org"}));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto open_to_others = tls::WebCertificate::open(path, {"localhost"});
  ASSERT_FALSE(open_to_others);
  EXPECT_EQ(open_to_others.error().reason, "ipc.identity_permissions");
  EXPECT_THAT(open_to_others.error().message, HasSubstr("chmod 600"));
  ASSERT_TRUE(replace_file(path, "nonsense", Durability::lazy));
  const auto nonsense = tls::WebCertificate::open(path, {"localhost"});
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().reason, "ipc.certificate_unreadable");
  EXPECT_EQ(*read_file(path), "nonsense") << "never replaced";
}

}  // namespace
}  // namespace status::gateway
