// HTTP over TLS, as a client that trusts one certificate.
#pragma once

#include <cstdint>
#include <string>

namespace status::gateway {

// To "localhost" at that port of 127.0.0.1. Everything until the other end closes; empty when the certificate is none
// for that name that `trusted`, a PEM file, vouches for, or when there is no TLS.
std::string exchange_over_tls(std::uint16_t port, const std::string& trusted, const std::string& request);

}  // namespace status::gateway
