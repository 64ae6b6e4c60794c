// The directories of a node (WIRE.md section 4), and that exactly one statusd has them. One thread.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

// Absolute paths.
struct NodePaths {
  std::string data_dir;
  std::string run_dir;

  std::string lock() const { return data_dir + "/lock"; }
  std::string configuration() const { return data_dir + "/node.toml"; }
  std::string grants() const { return data_dir + "/grants.toml"; }
  std::string node_key() const { return data_dir + "/node.key"; }
  std::string state() const { return data_dir + "/state"; }
  std::string logs() const { return data_dir + "/logs"; }
  std::string crash() const { return data_dir + "/crash"; }
  std::string third_party() const { return data_dir + "/modules.d"; }
  std::string data_of(const std::string& module) const { return data_dir + "/profiles/default/" + module; }
  std::string run_of(const std::string& module) const { return run_dir + "/" + module; }
  // What front ends know: a link to the gateway's own socket, so that the gateway can write to its own folder alone.
  std::string front_socket() const { return run_dir + "/supervisor.sock"; }
  std::string socket_of(const std::string& module) const { return run_of(module) + "/rpc.sock"; }
  std::string token() const { return run_dir + "/token"; }
};

// A Unix socket's path has at most so many bytes.
inline constexpr std::size_t kMaxSocketPath = 107;

class RunDirectory {
 public:
  // Makes and checks the directories, all 0700, and takes the lock. `run_dir` empty: <data_dir>/run.
  // FAILED_PRECONDITION: `supervisor.already_running` names the holder's pid and leaves it unharmed;
  // `supervisor.unsafe_directory` says how to mend it.
  static Result<RunDirectory> open(const std::string& data_dir, const std::string& run_dir);

  const NodePaths& paths() const { return paths_; }

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
