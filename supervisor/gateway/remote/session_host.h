// What a remote connection asks of the door that took it in. Private to supervisor/gateway/remote; its thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "ipc/tls/key_id.h"
#include "supervisor/gateway/remote/remote_bridge.h"

namespace status::gateway {

// Why a connection ended, and the label of `status_remote_refused_total` where it is one.
enum class RemoteEnd : std::uint8_t {
  gone,            // the client's own doing, or the network's
  handshake,       // no TLS 1.3, no certificate, too late, or no greeting
  unknown_client,  // a certificate that no token was made for
  crowded,         // too many connections
  protocol,        // what is no request
  wrong_token,     // again and again
  offender,        // requests that are refused, again and again
  memory,          // more is under way than there is room for
  slow,            // answers are not taken
  revoked,         // the token is gone, or has expired
};
std::string_view to_word(RemoteEnd end);

class RemoteSession;

class SessionHost {
 public:
  virtual ~SessionHost() = default;
  // TLS stands. The pass of that client's token, or why it may not stay.
  virtual tl::expected<RemotePass, RemoteEnd> admit(const tls::KeyId& client) = 0;
  virtual RemoteBridge::Sent carry(ipc::Message request, const RemotePass& pass, std::size_t under_way,
                                   RemoteBridge::Answer answer) = 0;
  // Room for what is under way on all connections. False: there is none.
  virtual bool reserve(std::size_t bytes) = 0;
  virtual void release(std::size_t bytes) = 0;
  // So many bytes have come, or gone, inside TLS.
  virtual void carried(std::size_t received, std::size_t sent) = 0;
  virtual void not_the_token(const tls::KeyId& client) = 0;
  // Once, last.
  virtual void ended(const RemoteSession& session, RemoteEnd end) = 0;
};

}  // namespace status::gateway
