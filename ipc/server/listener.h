// The listening end of a REP socket, and its cure.
//
// Debian's NNG 1.5.2 loses an ipc:// listener for good when a peer connects and closes at the wrong moment: no error, no log, new dials hang
// (TRANSPORT.md section 1.1). revive() dials the listener with real NNG, and after a failure of 100 ms closes and opens it again. Existing connections are
// not touched.
#pragma once

#include <nng/nng.h>

#include <atomic>
#include <chrono>
#include <string>

#include "ipc/base/result.h"

namespace status::ipc {

class Listener {
 public:
  static constexpr std::chrono::milliseconds kCheckPeriod{250};

  // `socket` must outlive this.
  Listener(nng_socket socket, std::string url) : socket_(socket), url_(std::move(url)) {}

  // Socket file mode 0600; peers of another user are refused before a byte is read. Errors: RESOURCE_EXHAUSTED (`ipc.path_too_long`) over 107 bytes,
  // FAILED_PRECONDITION (`ipc.path_taken`) when the path holds something that is no socket: NNG would delete it.
  Status start();

  // Blocks for 0.4 ms, or up to 100 ms when the listener is lost. One thread. True when it had to be revived.
  bool revive();

  std::uint64_t revivals() const { return revivals_.load(std::memory_order_relaxed); }
  bool is_ipc() const { return url_.starts_with("ipc://"); }

 private:
  Status open();
  bool reachable() const;

  nng_socket socket_;
  std::string url_;
  nng_listener listener_ = NNG_LISTENER_INITIALIZER;
  std::atomic<std::uint64_t> revivals_{0};
};

}  // namespace status::ipc
