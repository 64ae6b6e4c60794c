// Who a peer is and where it listens. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/tls/key_id.h"

namespace status::waku::mesh {

using PeerId = tls::KeyId;

struct PeerAddress {
  std::string host;  // name or address, an IPv6 one without brackets
  std::uint16_t port = 0;
  std::optional<PeerId> pin;  // absent: whoever answers there

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};

// `host:port` or `host:port#<64 hex digits>`, an IPv6 host in brackets. Errors: INVALID_ARGUMENT
// `waku.invalid_address`.
Result<PeerAddress> parse_peer_address(std::string_view text);
std::string to_text(const PeerAddress& address);

// `host:port` of a place to listen on; port 0 is allowed and there is no pin. Errors as above.
Result<PeerAddress> parse_listen_address(std::string_view text);

using tls::to_text;

}  // namespace status::waku::mesh
