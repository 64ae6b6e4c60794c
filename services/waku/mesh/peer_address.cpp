#include "services/waku/mesh/peer_address.h"

#include <algorithm>
#include <charconv>

#include "ipc/base/words.h"

namespace status::waku::mesh {
namespace {

tl::unexpected<Error> invalid(std::string_view text, std::string_view problem) {
  return fail(Code::invalid_argument, "waku.invalid_address",
              "peer address " + in_quotes(text) + " " + std::string(problem) +
                  "; expected host:port#<64 hex digits of the peer's id>, the id being optional");
}

Result<PeerAddress> parse_host_and_port(std::string_view text, std::string_view whole) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid(whole, "has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return invalid(whole, "has an IPv6 host without brackets");
  }
  if (host.empty()) return invalid(whole, "has no host");
  PeerAddress address;
  address.host = host;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return invalid(whole, "has a port out of range");
  return address;
}

}  // namespace

Result<PeerAddress> parse_peer_address(std::string_view text) {
  const std::size_t hash = text.find('#');
  Result<PeerAddress> address = parse_host_and_port(text.substr(0, hash), text);
  if (!address) return address;
  if (address->port == 0) return invalid(text, "has port 0");
  if (hash != std::string_view::npos) {
    address->pin = tls::parse_key_id(text.substr(hash + 1));
    if (!address->pin) return invalid(text, "has an id that is not 64 hex digits");
  }
  return address;
}

Result<PeerAddress> parse_listen_address(std::string_view text) { return parse_host_and_port(text, text); }

std::string to_text(const PeerAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  std::string out = (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
  if (address.pin) out += "#" + to_text(*address.pin);
  return out;
}

}  // namespace status::waku::mesh
