#include "ipc/tls/context.h"

#include <openssl/ssl.h>

#include <string>

#include "ipc/tls/openssl.h"

namespace status::tls {
namespace {

// What the callbacks of a context need; the context owns it.
struct Manners {
  std::string protocol;  // as ALPN has it: length, then name
  std::function<bool(const KeyId&)> welcome;
};

void forget_manners(void*, void* manners, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Manners*>(manners); }

int manners_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, forget_manners);
  return index;
}

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void* manners) {
  const std::string& protocol = static_cast<const Manners*>(manners)->protocol;
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, bytes_of(protocol), static_cast<unsigned int>(protocol.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Takes the place of OpenSSL's own judgement of certificate chains: there are none.
int judge(X509_STORE_CTX* store, void* manners) {
  const auto& welcome = static_cast<const Manners*>(manners)->welcome;
  const Result<KeyId> id = key_id_of(X509_STORE_CTX_get0_cert(store));
  if (id && (!welcome || welcome(*id))) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

bool set_protocol(SSL_CTX* ctx, Manners& manners) {
  if (manners.protocol.empty()) return true;
  SSL_CTX_set_alpn_select_cb(ctx, select_protocol, &manners);
  return SSL_CTX_set_alpn_protos(ctx, bytes_of(manners.protocol), static_cast<unsigned int>(manners.protocol.size())) ==
         0;
}

}  // namespace

Result<std::unique_ptr<boost::asio::ssl::context>> make_context(const Identity& identity, ContextOptions options) {
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls);
  SSL_CTX* ctx = context->native_handle();
  auto manners = std::make_unique<Manners>(Manners{std::string(options.protocol), std::move(options.welcome)});
  if (!manners->protocol.empty()) manners->protocol.insert(0, 1, static_cast<char>(manners->protocol.size()));
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, judge, manners.get());
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  // An idle connection gives its 34 KiB of record buffers back.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  bool ok = set_protocol(ctx, *manners) && SSL_CTX_set_ex_data(ctx, manners_index(), manners.get()) == 1;
  if (ok) manners.release();
  ok = ok && SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
       SSL_CTX_set1_sigalgs_list(ctx, "ed25519") == 1 &&
       SSL_CTX_use_certificate(ctx, identity.certificate.get()) == 1 &&
       SSL_CTX_use_PrivateKey(ctx, identity.key.get()) == 1;
  if (!ok) return fail(openssl_error("set up TLS"));
  return context;
}

}  // namespace status::tls
