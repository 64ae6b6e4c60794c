// Who gets past the TLS of a node. The client is OpenSSL alone.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "ipc/tls/identity.h"
#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {
namespace {

namespace asio = boost::asio;

constexpr unsigned char kMesh[] = "\x0dstatus-mesh/1";
constexpr unsigned char kOther[] = "\x08http/1.1";

// A client like a node's, until a test takes something away.
class MeshTls : public ::testing::Test {
 protected:
  void SetUp() override {
    a_.start();
    SSL_CTX_set_alpn_protos(ctx(), kMesh, sizeof kMesh - 1);
    SSL_CTX_use_certificate(ctx(), identity_.certificate.get());
    SSL_CTX_use_PrivateKey(ctx(), identity_.key.get());
  }
  void forget_key() {
    tls_ = asio::ssl::context(asio::ssl::context::tls_client);
    SSL_CTX_set_alpn_protos(ctx(), kMesh, sizeof kMesh - 1);
  }
  SSL_CTX* ctx() { return tls_.native_handle(); }

  // True when the node greets; false when it ends the connection.
  bool greeted() {
    const PeerAddress address = *parse_peer_address(a_.address());
    asio::io_context io;
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, tls_);
    stream.lowest_layer().connect({asio::ip::make_address(address.host), address.port});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) return false;
    std::uint8_t byte = 0;
    stream.read_some(asio::buffer(&byte, 1), error);
    return !error;
  }
  void expect_refused() {
    EXPECT_FALSE(greeted());
    EXPECT_TRUE(eventually([&] { return a_.counter("closed_tls") == 1; }));
    EXPECT_EQ(a_.counter("links_opened"), 0U);
  }

  store::TemporaryFolder folder_;
  TestNode a_;
  tls::Identity identity_ = *tls::load_or_create_identity(folder_.file("key.pem"));
  asio::ssl::context tls_{asio::ssl::context::tls_client};
};

TEST_F(MeshTls, AClientLikeANodeIsGreeted) { EXPECT_TRUE(greeted()); }

TEST_F(MeshTls, Tls12IsRefused) {
  SSL_CTX_set_max_proto_version(ctx(), TLS1_2_VERSION);
  expect_refused();
}

TEST_F(MeshTls, AnotherProtocolIsRefused) {
  SSL_CTX_set_alpn_protos(ctx(), kOther, sizeof kOther - 1);
  expect_refused();
}

TEST_F(MeshTls, NoProtocolIsRefused) {
  SSL_CTX_set_alpn_protos(ctx(), nullptr, 0);
  expect_refused();
}

TEST_F(MeshTls, NoCertificateIsRefused) {
  forget_key();
  expect_refused();
}

TEST_F(MeshTls, AnEcdsaCertificateIsRefused) {
  const tls::KeyPtr key(EVP_EC_gen("P-256"));
  const tls::CertificatePtr certificate(X509_new());
  ASSERT_TRUE(key && certificate);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  EXPECT_EQ(tls::key_id_of(certificate.get()).error().reason, "ipc.foreign_key");
  forget_key();
  ASSERT_EQ(SSL_CTX_use_certificate(ctx(), certificate.get()), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey(ctx(), key.get()), 1);
  expect_refused();
}

}  // namespace
}  // namespace status::waku::mesh
