// The directories of a node (WIRE.md section 4), and that exactly one statusd has them. One thread.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/plan/node_paths.h"

namespace status::supervisor {

// A Unix socket's path has at most so many bytes.
inline constexpr std::size_t kMaxSocketPath = 107;

class RunDirectory {
 public:
  // Makes and checks the directories, all 0700, and takes the lock. `run_dir` empty: <data_dir>/run.
  // FAILED_PRECONDITION: `supervisor.already_running` names the holder's pid and leaves it unharmed;
  // `supervisor.unsafe_directory` says how to mend it.
  static Result<RunDirectory> open(const std::string& data_dir, const std::string& run_dir);

  // The one that another image of this process holds: its locks come with their descriptors.
  static RunDirectory adopt(const std::string& data_dir, const std::string& run_dir, UniqueFd lock, UniqueFd run_lock);
  // Where things are; touches nothing. `run_dir` as above.
  static NodePaths paths_of(const std::string& data_dir, const std::string& run_dir);

  const NodePaths& paths() const { return paths_; }
  // For the next image.
  int lock() const { return lock_.get(); }
  int run_lock() const { return run_lock_.get(); }

  // Makes the modules' own directories, the link to the front door and, where there is none, an empty node key, and
  // removes the sockets of a dead run. INVALID_ARGUMENT
  // (`supervisor.path_too_long`) with the path, its length and the way out.
  Status prepare(const std::vector<std::string>& modules);
  // The modules' part of that, for those that come while the node runs.
  Status prepare_modules(const std::vector<std::string>& modules);
  // Draws the local user's credential: 32 hex digits and nothing else.
  Status write_token(Random& random);

 private:
  NodePaths paths_;
  UniqueFd lock_;
  UniqueFd run_lock_;  // the run directory itself: two nodes must not share one
};

}  // namespace status::supervisor
