// Where an endpoint is. Plain values, any thread.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/result.h"

namespace status::chain::rpc {

struct Url {
  bool tls = false;
  std::string host;           // a name or an address, an IPv6 one without brackets
  std::string port;           // 80 or 443 unless it says so
  std::string target;         // path and query
  std::string authorization;  // of "user:password@", as the header has it; empty: none

  // What logs, errors and metrics call it: scheme, host and port. Keys are in the rest.
  std::string name() const;
};

// "http://host:port/path" or "https://…". INVALID_ARGUMENT `chain.bad_endpoint`; the message does not repeat the URL.
Result<Url> parse_url(std::string_view text);

}  // namespace status::chain::rpc
