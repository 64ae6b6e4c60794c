// How a server ends a client's connections.
#pragma once

#include <cstdint>
#include <string>

namespace status::ipc {

// Of a client that is another process (Peers::client_of) all connections to that ipc:// address, by the kernel: closing
// one through NNG while a message arrives on it can stop NNG's reaper for good (ipc/nng/socket.h), whereas an end of
// file is taken in order. Of any other client that one pipe. Reads /proc/self/fd; any thread.
void hang_up(const std::string& url, std::uint64_t client, std::uint32_t pipe);

}  // namespace status::ipc
