#include "tests/unit/gateway/https_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "tests/unit/gateway/http_client.h"

namespace status::gateway {

std::string exchange_over_tls(std::uint16_t port, const std::string& trusted, const std::string& request) {
  const UniqueFd socket = connect_to(port);
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_load_verify_file(context.get(), trusted.c_str());
  const std::unique_ptr<SSL, void (*)(SSL*)> link(SSL_new(context.get()), SSL_free);
  SSL_set_fd(link.get(), socket.get());
  SSL_set1_host(link.get(), "localhost");
  std::string out;
  if (socket && SSL_connect(link.get()) == 1 &&
      SSL_write(link.get(), request.data(), static_cast<int>(request.size())) > 0) {
    char chunk[4096];
    for (int got = 0; (got = SSL_read(link.get(), chunk, sizeof chunk)) > 0;) {
      out.append(chunk, static_cast<std::size_t>(got));
    }
  }
  ERR_clear_error();
  return out;
}

}  // namespace status::gateway
