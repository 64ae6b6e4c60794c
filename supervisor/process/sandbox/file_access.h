// Which files a module may touch (Landlock). The rules are made in the supervisor, the child only takes them on. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/tree/manifest.h"

namespace status::supervisor {

// What one module has beyond what every program needs (/usr, /etc, /proc and the like, read-only). Absolute paths; what
// is not there is left out.
struct FileGrants {
  std::vector<std::string> writable;    // with everything below: files, directories and sockets of its own
  std::vector<std::string> readable;    // with everything below; may be executed
  std::vector<std::string> shown = {};  // with everything below; read, and no more
  friend bool operator==(const FileGrants&, const FileGrants&) = default;
};

// A file or folder as the kernel tells them apart; all zero: there is none.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

// Rules for what was there when they were made: who has the same name later is another file.
struct FileRules {
  UniqueFd descriptor;  // invalid: none
  Sandbox profile = Sandbox::none;
  FileGrants grants;
  std::vector<FileId> files;  // of all grants

  // Whether rules that are made now would say the same. What every program needs is taken to stay where it is.
  bool hold_for(const FileGrants& wanted, Sandbox wanted_profile) const;
};

// The version of Landlock that this kernel has; 0: none. From 4 on TCP is governed too, from 6 on signals and abstract
// sockets: a module then reaches no process outside of itself.
int landlock_version();

// Of what the kernel's version does not know there is nothing in it. With Sandbox::local
// no TCP either. Errors of the system, with the path.
Result<FileRules> make_file_rules(const FileGrants& grants, Sandbox profile, int version);

// Takes it on, for good. 0, or errno. One system call: safe between fork and exec, after no_new_privs.
int restrict_files(int rules) noexcept;

}  // namespace status::supervisor
