// Gives the gateway every process's flight recorder: a socket of messages whose other end is the gateway's descriptor 7
// (WIRE.md section 5). A message is "<module> <generation>" with the memory file as its descriptor. The gateway then
// reads it without asking anybody, also when its process hangs or is dead. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

class RecorderLine {
 public:
  struct Recorder {
    std::string module;
    std::uint64_t generation = 0;
    int file = -1;  // the caller's
  };
  // What that module has now; nothing without a process.
  using Recorders = std::function<std::optional<Recorder>(std::size_t module)>;

  explicit RecorderLine(Recorders recorders) : recorders_(std::move(recorders)) {}

  // For a gateway that is about to be spawned: its end of a new line. Errors of the system.
  Result<UniqueFd> open();
  // Everything is told again: the gateway is there.
  void begin(std::size_t modules);
  // From another image of the supervisor, and for one; the gateway knows all by then.
  void adopt(UniqueFd ours) { ours_ = std::move(ours); }
  int descriptor() const { return ours_.get(); }

  // A new incarnation. What has no room is told by a later call of this or of flush().
  void changed(std::size_t module);
  void flush();

 private:
  bool tell(const Recorder& recorder) const;

  const Recorders recorders_;
  UniqueFd ours_;
  std::set<std::size_t> due_;
};

}  // namespace status::supervisor
