// The TLS settings of every link: 1.3 only, both ends show a certificate, Ed25519 only, no resumption. Private to the
// mesh backend.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string_view>

#include "ipc/base/result.h"
#include "services/waku/mesh/identity.h"

namespace status::waku::mesh {

inline constexpr std::string_view kAlpn = "status-mesh/1";

// Serves both roles. Any certificate passes the handshake, which proves that the peer has its private key: who the peer
// is, and whether it is welcome, is decided by its key afterwards (peer_id_of). Dates and names in certificates are not
// looked at, so wrong clocks do not matter.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const Identity& identity);

}  // namespace status::waku::mesh
