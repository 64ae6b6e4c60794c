// Which system calls a module may make (seccomp). Compiled in the supervisor, installed in the child between fork and
// exec. One thread.
//
//   auto filter = SystemCallFilter::compile(Sandbox::local);   // once
//   int error = filter->install();                             // in the child, after no_new_privs
//
// A list of what is forbidden: what a module needs of the C library's choice of calls changes with the library, and
// a module may be anybody's program. Forbidden for every profile but `none`, with EPERM: other processes (ptrace,
// process_vm_*, pidfd_getfd, kcmp), mounts, kexec, kernel modules, clocks, bpf, perf_event_open, userfaultfd, io_uring,
// the kernel's key rings, file handles, namespaces, and new processes. clone3 is ENOSYS, whereupon the C library uses
// clone, whose flags a filter can read. Without network, sockets of any family but AF_UNIX are EAFNOSUPPORT; with it,
// those of any but AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK.
//
// The module itself is yet to be executed, so execve cannot be among them; a module that links the host forbids it
// first of all (ipc/control/child_start.h), and file_access.h leaves others nothing to execute that could start
// another.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "ipc/base/result.h"
#include "supervisor/tree/manifest.h"

namespace status::supervisor {

class SystemCallFilter {
 public:
  // Whether this kernel has seccomp with filters.
  static bool supported();
  // Not for Sandbox::none. INTERNAL (`os.error`, `supervisor.sandbox`) when the filter cannot be made.
  static Result<SystemCallFilter> compile(Sandbox profile);

  // For good, for this thread and what it executes. 0, or errno. One system call: safe between fork and exec.
  int install() const noexcept;

 private:
  explicit SystemCallFilter(std::vector<sock_filter> program) : program_(std::move(program)) {}

  std::vector<sock_filter> program_;
};

}  // namespace status::supervisor
