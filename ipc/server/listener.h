// The listening end of a REP socket, and its cure.
//
// Debian's NNG 1.5.2 loses an ipc:// listener for good when a peer closes before NNG has written its header to it: the
// write's EPIPE reads as "closed", and the accepting ends (TRANSPORT.md section 1.1, upstream #1518). What connects
// later is accepted by the transport and even greeted, so that a client believes to be connected, but no pipe is ever
// made of it and nothing is read. `ipc/nng/process_shims.cpp` takes the cause away in our own executables; a process
// without it, or a cause that nobody has met yet, is what the watchdog is for.
//
// A lost listener shows without dialling, which would itself run into the reaper hang that socket.h describes: the
// kernel's queue stays full, or a process has more accepted sockets than pipes. Only then is it dialled. The cure leaves
// the old listener and its connections alone: a new one takes the path, and the sockets that no pipe was made of are
// shut down, so that their owners redial.
#pragma once

#include <nng/nng.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "ipc/base/result.h"
#include "ipc/server/peers.h"
#include "ipc/server/socket_census.h"

namespace status::ipc {

class Listener {
 public:
  static constexpr std::chrono::milliseconds kCheckPeriod{100};

  // Told of every connection that was refused (Peers::admit). Runs on NNG's threads: only counts and logs.
  using Refused = std::function<void(const Error&)>;

  // `socket` must outlive this, and must be closed before it goes.
  Listener(nng_socket socket, std::string url, Refused refused)
      : socket_(socket), url_(std::move(url)), refused_(std::move(refused)) {}

  // Socket file mode 0600; peers of another user are refused before a byte is read. Errors: RESOURCE_EXHAUSTED
  // (`ipc.path_too_long`) over 107 bytes, FAILED_PRECONDITION (`ipc.path_taken`) when the path holds something that is
  // no socket: NNG would delete it.
  Status start();

  // Call it once a period, from one thread. Takes microseconds, or up to 100 ms under suspicion. True when the listener
  // had to be replaced.
  bool revive_if_lost();

  // A dial with real NNG, and its close: false when no pipe comes of it. Does not return when NNG's reaper hangs; the
  // caller's heartbeat shows that.
  bool reachable();

  Peers& peers() { return peers_; }
  std::uint64_t revivals() const { return revivals_.load(std::memory_order_relaxed); }
  bool is_ipc() const { return url_.starts_with("ipc://"); }

 private:
  static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* self);
  static void on_probe(nng_pipe pipe, nng_pipe_ev event, void* self);
  Status open();
  std::string path() const { return url_.substr(6); }
  bool looks_lost();
  bool connections_wait() const;
  bool connections_stranded();
  // Takes the sockets of each process that is served for served, and is false when some process has more than pipes.
  bool all_served(std::map<std::uint64_t, std::set<std::uint64_t>> sockets_by_process);
  void note_silent();
  void replace();

  const nng_socket socket_;
  const std::string url_;
  const Refused refused_;
  Peers peers_;
  nng_listener listener_ = NNG_LISTENER_INITIALIZER;
  std::atomic<int> id_{0};  // of the listener in office; 0: none yet

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::uint64_t arrivals_ = 0;  // under mutex_
  bool probe_greeted_ = false;  // under mutex_

  // The housekeeping thread's.
  int descriptor_ = -1;              // NNG's; only polled
  std::set<std::uint64_t> retired_;  // listening sockets that were replaced
  std::set<std::uint64_t> served_;   // accepted sockets that had pipes when their process's were last counted
  std::set<std::uint64_t> shut_;     // accepted sockets of a lost listener, shut down
  // Accepted sockets without a pipe, though the listener worked when they were looked at. That can have been its last
  // moment, so they are looked at again, ever more seldom.
  struct Silence {
    unsigned rounds = 1;  // how many of them are left out
    unsigned left = 1;
  };
  std::map<std::uint64_t, Silence> silent_;
  bool suspect_ = false;
  std::atomic<std::uint64_t> revivals_{0};
};

}  // namespace status::ipc
