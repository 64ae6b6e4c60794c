// A place on a network, as configurations and commands write it. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace status {

struct TcpAddress {
  std::string host;  // a name or an address, an IPv6 one without brackets
  std::uint16_t port = 0;

  friend bool operator==(const TcpAddress&, const TcpAddress&) = default;
};

// "host:port", an IPv6 host in brackets. Empty for anything else.
std::optional<TcpAddress> parse_tcp_address(std::string_view text);
std::string to_text(const TcpAddress& address);
// An IPv4 or IPv6 address, not a name: what can be listened on.
bool is_numeric(const std::string& host);

// The door of a node for other machines: "tls+tcp://host:port".
std::optional<TcpAddress> parse_remote_url(std::string_view url);
std::string to_remote_url(const TcpAddress& address);

}  // namespace status
