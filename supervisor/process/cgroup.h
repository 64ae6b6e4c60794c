// The part of the cgroup tree that the service manager left to this node (cgroup v2, systemd's Delegate=yes): a group
// for each module, with memory.max and pids.max. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

struct CgroupLimits {
  std::uint64_t memory_bytes = 0;  // memory.max: past it the kernel ends the module
  std::uint64_t tasks = 64;        // pids.max, threads included; a module has 16
};

class Cgroup {
 public:
  // Where the kernel shows it; tests give a tree of their own.
  struct Places {
    std::string mount = "/sys/fs/cgroup";
    std::string membership = "/proc/self/cgroup";
  };

  // Looks whether the group of this process is its alone (a shell's is not) and can be written. If so, moves this
  // process into a group `statusd` below it, because a group with limited subgroups must not have processes of its own,
  // and passes the controllers on.
  static Cgroup take(const Places& places);

  bool usable() const { return why_not_.empty(); }
  const std::string& why_not() const { return why_not_; }  // for people; empty: usable

  // Makes the module's group with its limits. Returns its cgroup.procs, into which the child writes 0. Only when
  // usable; errors of the system, with the file.
  Result<UniqueFd> group_of(const std::string& module, const CgroupLimits& limits) const;

 private:
  explicit Cgroup(std::string directory) : directory_(std::move(directory)) {}
  Status claim();

  std::string directory_;
  std::string why_not_;
};

// The memory that this node can have: the machine's, or the least limit of the groups that it is in, version 2 or 1.
// 0: not known.
std::uint64_t memory_of_the_machine(const Cgroup::Places& places, const std::string& meminfo = "/proc/meminfo");

}  // namespace status::supervisor
