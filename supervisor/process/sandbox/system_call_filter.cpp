#include "supervisor/process/sandbox/system_call_filter.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "ipc/base/unique_fd.h"
#include "supervisor/process/sanitized.h"

namespace status::supervisor {
namespace {

// By name: libseccomp knows more calls than the headers that this is compiled with, and fewer than the next kernel.
constexpr std::array kForbidden = {
    // other processes
    "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_getfd", "kcmp",
    // what the machine consists of
    "mount", "umount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "swapon", "swapoff", "quotactl", "quotactl_fd", "acct", "fanotify_init", "name_to_handle_at",
    "open_by_handle_at", "kexec_load", "kexec_file_load", "reboot", "init_module", "finit_module", "create_module",
    "delete_module", "iopl", "ioperm", "syslog", "settimeofday", "stime", "clock_settime", "clock_settime64",
    "clock_adjtime", "clock_adjtime64", "adjtimex",
    // doors into the kernel that no module needs
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "add_key",
    "request_key", "keyctl", "lookup_dcookie", "nfsservctl",
    // namespaces
    "unshare", "setns"};

// Leak detection stops its own process from a child that it makes.
constexpr std::array kForbiddenUnlessSanitized = {"ptrace", "fork", "vfork"};

constexpr std::array<unsigned long, 8> kNamespaces = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                                      CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET, 0x80 /* NEWTIME */};

constexpr std::array<unsigned, 4> kNetworkFamilies = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

// Collects rules and remembers the first that was refused.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx context) : context_(context) {}

  template <class... Comparisons>
  void refuse(const char* name, int error, Comparisons... comparisons) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;  // no kernel that this library knows has it
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> list = {comparisons...};
    const int result = ::seccomp_rule_add_array(context_, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), number,
                                                static_cast<unsigned>(list.size()), list.data());
    // -EDOM: this architecture does not have it.
    if (result != 0 && result != -EDOM && failed_ == 0) failed_ = -result;
  }
  int failed() const { return failed_; }

 private:
  scmp_filter_ctx context_;
  int failed_ = 0;
};

void refuse_processes(Rules& rules) {
  for (const char* name : kForbidden) rules.refuse(name, EPERM);
  for (const unsigned long flag : kNamespaces) {
    rules.refuse("clone", EPERM, scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, flag, flag});
  }
  rules.refuse("clone3", ENOSYS);
  if (kSanitized) return;
  for (const char* name : kForbiddenUnlessSanitized) rules.refuse(name, EPERM);
  rules.refuse("clone", EPERM, scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0});
}

void refuse_sockets(Rules& rules, Sandbox profile) {
  for (const char* name : {"socket", "socketpair"}) {
    if (profile == Sandbox::local) {
      rules.refuse(name, EAFNOSUPPORT, scmp_arg_cmp{0, SCMP_CMP_NE, AF_UNIX, 0});
      continue;
    }
    // Everything between the four and above them; a filter's rules are alternatives, so "none of these" takes a list.
    unsigned next = 0;
    for (const unsigned family : kNetworkFamilies) {
      for (; next < family; ++next) rules.refuse(name, EAFNOSUPPORT, scmp_arg_cmp{0, SCMP_CMP_EQ, next, 0});
      next = family + 1;
    }
    rules.refuse(name, EAFNOSUPPORT, scmp_arg_cmp{0, SCMP_CMP_GE, next, 0});
  }
}

// The library writes to descriptors alone.
Result<std::vector<sock_filter>> export_program(scmp_filter_ctx context) {
  const UniqueFd file(::memfd_create("status-filter", MFD_CLOEXEC));
  if (!file) return fail(errno_error(errno, "memfd"));
  if (const int error = ::seccomp_export_bpf(context, file.get()); error != 0) {
    return fail(errno_error(-error, "export of the system call filter"));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail(errno_error(errno, "fstat of the system call filter"));
  const auto bytes = static_cast<std::size_t>(info.st_size);
  std::vector<sock_filter> program(bytes / sizeof(sock_filter));
  if (bytes == 0 || ::pread(file.get(), program.data(), bytes, 0) != info.st_size) {
    return fail(Code::internal, "supervisor.sandbox", "the system call filter could not be read back");
  }
  return program;
}

}  // namespace

bool SystemCallFilter::supported() {
  constexpr std::uint32_t action = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

Result<SystemCallFilter> SystemCallFilter::compile(Sandbox profile) {
  const Context context(::seccomp_init(SCMP_ACT_ALLOW));
  if (!context) return fail(Code::internal, "supervisor.sandbox", "seccomp_init failed");
  // Other ABIs of this machine (32 bit, x32) have numbers of their own: without rules for them they end the process.
  (void)::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree, not a chain of 70 comparisons
  Rules rules(context.get());
  refuse_processes(rules);
  refuse_sockets(rules, profile);
  if (rules.failed() != 0) return fail(errno_error(rules.failed(), "rule of the system call filter"));
  auto program = export_program(context.get());
  if (!program) return fail(program.error());
  return SystemCallFilter(std::move(*program));
}

int SystemCallFilter::install() const noexcept {
  const sock_fprog program{static_cast<unsigned short>(program_.size()), const_cast<sock_filter*>(program_.data())};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

}  // namespace status::supervisor
