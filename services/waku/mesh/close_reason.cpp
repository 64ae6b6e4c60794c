#include "services/waku/mesh/close_reason.h"

#include <array>

namespace status::waku::mesh {

std::string_view to_word(CloseReason reason) {
  constexpr std::array<std::string_view, kCloseReasons> kWords = {
      "shutdown", "peer_closed",   "network", "tls",  "wrong_peer", "not_allowed", "timeout", "protocol",
      "version",  "wrong_network", "slow",    "dead", "duplicate",  "too_many",    "self",    "unwanted"};
  return kWords[static_cast<std::size_t>(reason)];
}

}  // namespace status::waku::mesh
