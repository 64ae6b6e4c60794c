// Who gets as far as to say something: a client with TLS 1.3, a certificate, and a token that was made for its key.
#include "ipc/remote/sp_frames.h"
#include "tests/integration/remote/fixture.h"

namespace status::test {
namespace {

using Handshake = RemoteTest;

TEST_F(Handshake, TheNodeShowsTheKeyThatItNames) {
  token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.greet());
  EXPECT_EQ(client.peer(), fingerprint());
}

TEST_F(Handshake, NoCertificateIsRefused) {
  TlsClient client(port(), nullptr);
  EXPECT_FALSE(client.greet());
  EXPECT_TRUE(counted("handshake", 1));
}

TEST_F(Handshake, AnUnknownCertificateIsRefusedCountedAndLoggedOnce) {
  token_for("desk");
  for (int i = 0; i < 3; ++i) {
    TlsClient stranger = connect("stranger");
    EXPECT_FALSE(stranger.greet());
    EXPECT_TRUE(stranger.ended());
  }
  EXPECT_TRUE(counted("unknown_client", 3));
  EXPECT_TRUE(logged(tls::to_text(identity("stranger").id) + "\",\"reason\":\"remote.unknown_client\"", 1));
  TlsClient desk = connect("desk");
  EXPECT_TRUE(desk.greet()) << "others do not notice";
}

TEST_F(Handshake, Tls12IsRefused) {
  token_for("desk");
  TlsClient client(port(), &identity("desk"), TLS1_2_VERSION);
  EXPECT_FALSE(client.greet());
  EXPECT_TRUE(counted("handshake", 1));
}

TEST_F(Handshake, PlainTextIsRefused) {
  TlsClient client(port(), nullptr);
  client.write_plain(remote::greeting_of(remote::Role::request));
  client.write_plain(as_bytes("GET /metrics HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(counted("handshake", 1));
  EXPECT_TRUE(logged("remote.handshake", 1));
}

TEST_F(Handshake, AnotherProtocolInsideTlsIsRefused) {
  token_for("desk");
  TlsClient client = connect("desk");
  ASSERT_TRUE(client.handshake());
  client.write(remote::greeting_of(remote::Role::reply));
  EXPECT_TRUE(client.ended());
}

TEST_F(Handshake, HalfOpenOnesAreFewAndTheOldestMakesRoom) {
  token_for("desk");
  std::vector<TlsClient> idle;
  for (int i = 0; i < 17; ++i) idle.emplace_back(port(), nullptr);
  EXPECT_TRUE(idle.front().ended()) << "the sixteenth after it took its place";
  TlsClient client = connect("desk");
  EXPECT_TRUE(client.greet()) << "an honest client gets in all the same";
  EXPECT_TRUE(counted("crowded", 2));
}

TEST_F(Handshake, OneThatSaysNothingIsClosed) {
  TlsClient silent(port(), nullptr);
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(counted("handshake", 1));
}

TEST_F(Handshake, AClientHasSoManyConnectionsAndNoMore) {
  token_for("desk");
  std::vector<TlsClient> open;
  for (int i = 0; i < 8; ++i) {
    open.push_back(connect("desk"));
    ASSERT_TRUE(open.back().greet()) << i;
  }
  TlsClient more = connect("desk");
  EXPECT_FALSE(more.greet());
  open.pop_back();
  // The node has to see that it is gone.
  EXPECT_TRUE(eventually([&] { return connect("desk").greet(); }));
}

}  // namespace
}  // namespace status::test
