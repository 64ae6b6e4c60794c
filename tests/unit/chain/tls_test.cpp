// Endpoints over TLS: who cannot show a certificate of an authority that the machine trusts, for the name that the
// configuration has, is not asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "ipc/tls/web_certificate.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/chain/mainnet.h"

namespace status::chain::test {
namespace {

using testing::HasSubstr;

class Tls : public testing::Test {
 protected:
  ~Tls() override { ::unsetenv("SSL_CERT_FILE"); }

  // A certificate for that name, which signs itself.
  std::string certificate(const std::string& name) {
    const std::string path = dir_ / (name + ".pem");
    EXPECT_TRUE(status::tls::WebCertificate::open(path, {name}));
    return path;
  }
  // As the only authority of this machine.
  static void trust(const std::string& certificate) { ::setenv("SSL_CERT_FILE", certificate.c_str(), 1); }
  static std::string trouble_with(const std::string& url) {
    RunningBackend running({url}, EndpointMode::embedded);
    EXPECT_EQ(running.heard().readiness(), Readiness::connecting);
    return running.status().why;
  }

  const status::test::TempDir dir_;
};

TEST_F(Tls, AnEndpointOfThatNameIsAsked) {
  const std::string own = certificate("127.0.0.1");
  Mainnet node(vector("proof_block"), own);
  trust(own);
  RunningBackend running({node.url()}, EndpointMode::embedded);
  running.heard().head();
  const auto balance = running.balance();
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->value.text(), kWethBalance);
  EXPECT_THAT(running.endpoint(node.name()).name, testing::StartsWith("https://"));
}

TEST_F(Tls, AStrangersCertificateIsNone) {
  Mainnet node(vector("proof_block"), certificate("127.0.0.1"));
  trust(certificate("localhost"));
  EXPECT_THAT(trouble_with(node.url()), HasSubstr("certificate verify failed"));
}

TEST_F(Tls, ATrustedOneOfAnotherNameIsNone) {
  const std::string other = certificate("127.0.0.2");
  Mainnet node(vector("proof_block"), other);
  trust(other);
  EXPECT_THAT(trouble_with(node.url()), HasSubstr("certificate verify failed"));
}

TEST_F(Tls, WhoSpeaksNoneIsNotAskedInTheClear) {
  Mainnet node;
  trust(certificate("127.0.0.1"));
  const std::string plain = node.url();
  EXPECT_THAT(trouble_with("https" + plain.substr(plain.find(':'))), HasSubstr("TLS: "));
  EXPECT_EQ(node.server().calls(), 0U);
}

}  // namespace
}  // namespace status::chain::test
