// Owned NNG sockets and contexts with the settings that Debian's NNG needs (TRANSPORT.md section 1). Any thread.
#pragma once

#include <nng/nng.h>

#include <cstddef>
#include <string>
#include <utility>

#include "ipc/base/result.h"

namespace status::ipc {

class Socket {
 public:
  Socket() = default;
  explicit Socket(nng_socket socket) : socket_(socket) {}
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, nng_socket NNG_SOCKET_INITIALIZER)) {}
  Socket& operator=(Socket&& other) noexcept {
    close();
    socket_ = std::exchange(other.socket_, nng_socket NNG_SOCKET_INITIALIZER);
    return *this;
  }
  ~Socket() { close(); }

  // Requests of at most so many bytes: a longer one ends its connection.
  static Result<Socket> reply(std::size_t max_message);
  // Answers of at most 16 MiB. Never re-sends a request (section 1.2), redials after 10 to 250 ms (section 1.4).
  static Result<Socket> request();

  nng_socket get() const { return socket_; }
  // Leaves the socket open until the process ends. Debian's NNG hangs in its one reaper thread, for good and for all
  // sockets, when a socket is closed in the microsecond in which a message arrives on it (upstream #1543, #1813).
  void abandon() { socket_ = NNG_SOCKET_INITIALIZER; }
  void close() {
    if (socket_.id != 0) nng_close(socket_);
    socket_ = NNG_SOCKET_INITIALIZER;
  }

 private:
  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
};

class Context {
 public:
  explicit Context(nng_ctx context) : context_(context) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { nng_ctx_close(context_); }

  nng_ctx get() const { return context_; }

 private:
  nng_ctx context_;
};

}  // namespace status::ipc
