#include "services/waku/mesh/own_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <memory>
#include <optional>

namespace status::waku::mesh {
namespace {

namespace ip = boost::asio::ip;

struct Free {
  void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

// Empty for what is no address of IP.
std::optional<ip::address> address_of(const sockaddr* from) {
  if (from != nullptr && from->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, from, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (from != nullptr && from->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, from, sizeof v6);
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return ip::address_v6(bytes);
  }
  return std::nullopt;
}

bool of_use(const ip::address& address, bool v6_too) {
  if (address.is_loopback()) return false;
  return address.is_v4() || (v6_too && !address.to_v6().is_link_local());
}

}  // namespace

std::vector<PeerAddress> own_addresses(const PeerAddress& listening) {
  boost::system::error_code error;
  const ip::address host = ip::make_address(listening.host, error);
  if (error || !host.is_unspecified()) return {listening};
  std::vector<PeerAddress> out;
  ifaddrs* first = nullptr;
  const int failed = ::getifaddrs(&first);
  const std::unique_ptr<ifaddrs, Free> list(failed == 0 ? first : nullptr);
  for (const ifaddrs* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) == 0) continue;
    const std::optional<ip::address> address = address_of(entry->ifa_addr);
    if (address && of_use(*address, host.is_v6())) out.push_back({address->to_string(), listening.port, {}});
  }
  if (out.empty()) out.push_back({host.is_v6() ? "::1" : "127.0.0.1", listening.port, {}});
  for (PeerAddress& address : out) address.pin = listening.pin;
  return out;
}

}  // namespace status::waku::mesh
