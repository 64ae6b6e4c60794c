// The listening end of a REP socket, and its cure.
//
// Debian's NNG 1.5.2 loses an ipc:// listener for good when a peer connects and closes at the wrong moment: no error, no log, new dials hang
// (TRANSPORT.md section 1.1). A lost listener is one whose kernel queue has connections that nobody accepts, which poll(2) on its descriptor shows without
// opening anything: a dial four times a second would itself run into the reaper hang that socket.h describes. Only when the queue stays full is it dialled with
// real NNG, and when that fails too, closed and opened again. Existing connections are not touched.
#pragma once

#include <nng/nng.h>

#include <atomic>
#include <chrono>
#include <string>

#include "ipc/base/result.h"

namespace status::ipc {

class Listener {
 public:
  static constexpr std::chrono::milliseconds kCheckPeriod{50};

  // `socket` must outlive this.
  Listener(nng_socket socket, std::string url) : socket_(socket), url_(std::move(url)) {}

  // Socket file mode 0600; peers of another user are refused before a byte is read. Errors: RESOURCE_EXHAUSTED (`ipc.path_too_long`) over 107 bytes,
  // FAILED_PRECONDITION (`ipc.path_taken`) when the path holds something that is no socket: NNG would delete it.
  Status start();

  // Call it once a period, from one thread. Takes microseconds, or up to 100 ms under suspicion. True when the listener had to be revived.
  bool revive_if_lost();

  // A dial with real NNG, and its close: false when the listener is lost. Does not return when NNG's reaper hangs; the caller's heartbeat shows that.
  bool reachable() const;

  std::uint64_t revivals() const { return revivals_.load(std::memory_order_relaxed); }
  bool is_ipc() const { return url_.starts_with("ipc://"); }

 private:
  Status open();
  bool connections_wait();

  nng_socket socket_;
  std::string url_;
  nng_listener listener_ = NNG_LISTENER_INITIALIZER;
  int descriptor_ = -1;  // NNG's; only polled
  bool suspect_ = false;
  std::atomic<std::uint64_t> revivals_{0};
};

}  // namespace status::ipc
