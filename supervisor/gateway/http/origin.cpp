#include "supervisor/gateway/http/origin.h"

#include <strings.h>

#include <string>

namespace status::gateway {

bool is_own_page(const RequestOrigin& request) {
  const bool same_site =
      request.fetch_site.empty() || request.fetch_site == "same-origin" || request.fetch_site == "none";
  if (!same_site) return false;
  if (request.origin.empty()) return true;
  const std::size_t scheme = request.origin.find("://");
  if (scheme == std::string_view::npos) return false;  // "null": a page that must not say where it is from
  const std::string named(request.origin.substr(scheme + 3));
  return !request.host.empty() && ::strcasecmp(named.c_str(), std::string(request.host).c_str()) == 0;
}

}  // namespace status::gateway
