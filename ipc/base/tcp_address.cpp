#include "ipc/base/tcp_address.h"

#include <arpa/inet.h>

#include <charconv>

namespace status {
namespace {

constexpr std::string_view kRemoteScheme = "tls+tcp://";

}  // namespace

std::optional<TcpAddress> parse_tcp_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // which colon ends the host of an IPv6 address, nobody can say
  }
  TcpAddress address{std::string(host), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole && !host.empty() ? std::optional(address) : std::nullopt;
}

std::string to_text(const TcpAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_numeric(const std::string& host) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET, host.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

std::optional<TcpAddress> parse_remote_url(std::string_view url) {
  if (!url.starts_with(kRemoteScheme)) return std::nullopt;
  return parse_tcp_address(url.substr(kRemoteScheme.size()));
}

std::string to_remote_url(const TcpAddress& address) { return std::string(kRemoteScheme) + to_text(address); }

}  // namespace status
