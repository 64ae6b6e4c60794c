// HTTP as raw bytes over a socket, so that a test says and sees what is on the wire.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/unique_fd.h"

namespace status::gateway {

// To 127.0.0.1; invalid when nobody listens.
UniqueFd connect_to(std::uint16_t port);
// True when all of it was taken.
bool send_all(const UniqueFd& socket, const std::string& text);
// Everything until the other end closes.
std::string exchange(std::uint16_t port, const std::string& request);
// What has come when `part` is in it, or when the other end has closed.
std::string read_until(const UniqueFd& socket, const std::string& part);
// Behind the empty line.
std::string body_of(const std::string& response);

}  // namespace status::gateway
