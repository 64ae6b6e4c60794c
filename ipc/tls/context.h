// The TLS settings of every connection between machines: 1.3 only, both ends show a certificate, Ed25519 only, no
// resumption. Any thread.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/tls/identity.h"

namespace status::tls {

struct ContextOptions {
  // ALPN: a peer that offers another protocol is turned away inside the handshake, one that offers none after it, by
  // whoever looks at what was agreed on. Empty: there is none.
  std::string_view protocol = {};
  // Asked inside the handshake, on its thread, before any message is read; false refuses the peer. Empty: whoever has
  // an Ed25519 key is let in, and judged afterwards by key_id_of its certificate.
  std::function<bool(const KeyId&)> welcome = {};
};

// Serves both roles. The handshake proves that the peer has its private key; dates and names in certificates are not
// looked at, so wrong clocks do not matter: peers are known by their keys. Errors: INTERNAL `ipc.openssl`.
Result<std::unique_ptr<boost::asio::ssl::context>> make_context(const Identity& identity, ContextOptions options);

}  // namespace status::tls
