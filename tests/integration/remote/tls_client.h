// A client of a node's door for other machines whose every byte the test decides: OpenSSL on a blocking socket.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "ipc/base/unique_fd.h"
#include "ipc/client/client.h"
#include "ipc/tls/identity.h"

namespace status::test {

class TlsClient {
 public:
  // Connects. `identity` null: shows no certificate. A read that takes longer than kPatience fails.
  TlsClient(std::uint16_t port, const tls::Identity* identity, int version = TLS1_3_VERSION);

  // TLS and NNG's greeting: true when the node greets back.
  bool greet();
  // TLS alone.
  bool handshake() { return SSL_connect(ssl_.get()) == 1; }

  // One request, as NNG's REQ sends it. `token` empty: without a credential.
  void send(const std::string& method, const std::string& token, const Value& params = Value(Value::Map{}));
  // The next answer; nothing once the node has closed the connection.
  std::optional<Result<Value>> receive();
  // send and receive; the reason of the error, "" for success, "closed" for none.
  std::string reason_of(const std::string& method, const std::string& token);

  void write(ByteView bytes);
  // Past TLS.
  void write_plain(ByteView bytes);
  // Waits for it: true when the node ends the connection and says nothing more before.
  bool ended();
  // Of the node's certificate; after the handshake.
  std::string peer() const;

 private:
  bool read(std::span<std::uint8_t> out);

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  UniqueFd socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace status::test
