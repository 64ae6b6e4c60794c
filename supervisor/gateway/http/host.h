// Which names an HTTP server answers to. A web page can make a browser ask this machine under the page's own name (DNS
// rebinding), but not under an address or another name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace status::gateway {

// `header` is a Host field, with or without a port (RFC 9110 section 7.2). Addresses and "localhost" are always
// allowed, and each of `names`, in any case.
bool is_allowed_host(std::string_view header, const std::vector<std::string>& names);

}  // namespace status::gateway
