// Whether a request comes from the gateway's own pages. A page of another site can make a browser send requests here,
// but not without these two fields (RFC 6454; Fetch Metadata). Programs that are no browsers send neither. Pure.
#pragma once

#include <string_view>

namespace status::gateway {

struct RequestOrigin {
  std::string_view host;        // as the Host field has it
  std::string_view origin;      // empty: not sent
  std::string_view fetch_site;  // Sec-Fetch-Site; empty: not sent
};

// An Origin must name the host that was asked, with its port; a site of "none" is the person at the browser.
bool is_own_page(const RequestOrigin& request);

}  // namespace status::gateway
