#include "supervisor/gateway/http/host.h"

#include <strings.h>

#include <algorithm>

#include "ipc/base/tcp_address.h"

namespace status::gateway {
namespace {

std::string without_port(std::string_view header) {
  const bool v6 = header.starts_with('[');
  const std::size_t end = v6 ? header.find(']') : header.find(':');
  return std::string(header.substr(0, end)).substr(v6 ? 1 : 0);
}

}  // namespace

bool is_allowed_host(std::string_view header, const std::vector<std::string>& names) {
  const std::string host = without_port(header);
  const auto is = [&host](const std::string& name) { return ::strcasecmp(host.c_str(), name.c_str()) == 0; };
  return is_numeric(host) || is("localhost") || std::ranges::any_of(names, is);
}

}  // namespace status::gateway
