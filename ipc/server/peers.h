// Who is at the other ends of a server's connections. A client is a process, however many connections it opens: what
// one may take is counted by process, and one that goes on misbehaving is dropped. Any thread.
#pragma once

#include <nng/nng.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

#include "ipc/base/result.h"

namespace status::ipc {

class Peers {
 public:
  // Of one process. NNG takes the room for a message when its length is announced, before anybody can ask whose it is.
  static constexpr std::size_t kMostConnections = 16;
  // Of one client in a second, all its connections together. One that waits for its answers, or as long as they say,
  // is far from it.
  static constexpr std::uint32_t kMostOffences = 1'000;

  // A new ipc:// connection, before anything is read from it. Errors, with which it is to be closed: PERMISSION_DENIED
  // (`ipc.other_user`, and `ipc.dropped` for the rest of the second in which it offended too often),
  // RESOURCE_EXHAUSTED (`ipc.too_many_connections`).
  Status admit(nng_pipe pipe);
  void forget(nng_pipe pipe);

  // How many each process has; 0 stands for this one, and for those whose process nobody knows.
  std::map<std::uint64_t, std::size_t> connections() const;

  // The same number for all connections of one process. One whose process nobody knows, or that is within this process,
  // is a client by itself.
  std::uint64_t client_of(int pipe) const;
  // False: a client that can only be told by its connection.
  static bool is_process(std::uint64_t client);
  // A request that was refused for what it is: by how many there are too many now.
  std::uint32_t offended(std::uint64_t client);

 private:
  struct Client {
    std::size_t connections = 0;
    std::uint64_t since_ns = 0;
    std::uint32_t offences = 0;
  };

  static bool is_dropped(const Client& client);

  std::uint64_t client_of_locked(int pipe) const;

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<int, std::uint64_t> client_by_pipe_;
  std::unordered_map<std::uint64_t, Client> clients_;
};

}  // namespace status::ipc
