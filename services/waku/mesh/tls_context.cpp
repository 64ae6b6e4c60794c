#include "services/waku/mesh/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace status::waku::mesh {
namespace {

// ALPN: length-prefixed protocol name. A client of anything else is turned away inside the handshake, one that offers
// nothing after it (tls_link.cpp).
constexpr unsigned char kProtocol[] = "\x0dstatus-mesh/1";
constexpr unsigned int kProtocolBytes = sizeof kProtocol - 1;
static_assert(kProtocolBytes == 1 + kAlpn.size());

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kProtocol, kProtocolBytes, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

int accept_any_certificate(int, X509_STORE_CTX*) { return 1; }

}  // namespace

Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const Identity& identity) {
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls);
  SSL_CTX* ctx = context->native_handle();
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any_certificate);
  SSL_CTX_set_alpn_select_cb(ctx, select_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  // An idle link gives its 34 KiB of record buffers back.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  const bool ok = SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
                  SSL_CTX_set1_sigalgs_list(ctx, "ed25519") == 1 &&
                  SSL_CTX_set_alpn_protos(ctx, kProtocol, kProtocolBytes) == 0 &&
                  SSL_CTX_use_certificate(ctx, identity.certificate.get()) == 1 &&
                  SSL_CTX_use_PrivateKey(ctx, identity.key.get()) == 1;
  if (!ok) {
    char text[160];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    ERR_clear_error();
    return fail(Code::internal, "waku.openssl", std::string("set up TLS: ") + text);
  }
  return context;
}

}  // namespace status::waku::mesh
