// Which of this process's descriptors belong to a listening ipc:// path: NNG tells neither the descriptor that it
// listens on nor those of its connections. Reads /proc/self/fd: some 50 µs. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace status::ipc {

struct SocketCensus {
  struct Entry {
    int descriptor = -1;
    std::uint64_t inode = 0;    // unlike the number, not used again soon
    std::uint64_t process = 0;  // at the other end (Peers::connections); of `accepted`
  };
  std::vector<Entry> listening;
  std::vector<Entry> accepted;
};

SocketCensus count_sockets_at(const std::string& path);

}  // namespace status::ipc
