#include "supervisor/process/start_share.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>

namespace status::supervisor {
namespace {

constexpr std::uint64_t kLongestSliceNs = 100'000'000;

// The kernel's sched_attr in its first version (sched_setattr(2)): its header and glibc's exclude each other.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t slice_ns;
  std::uint64_t deadline_ns;
  std::uint64_t period_ns;
};

// The nice value stays. Slice 0: the kernel's own.
void set_share(pid_t thread, int policy, std::uint64_t slice_ns) {
  SchedulingAttributes attributes{};
  if (::syscall(SYS_sched_getattr, thread, &attributes, sizeof(attributes), 0) != 0) return;
  attributes.policy = static_cast<std::uint32_t>(policy);
  attributes.slice_ns = slice_ns;
  (void)::syscall(SYS_sched_setattr, thread, &attributes, 0);
}

}  // namespace

void yield_while_starting() { set_share(0, SCHED_BATCH, kLongestSliceNs); }

void share_as_others(pid_t process) {
  std::error_code error;
  const std::filesystem::path tasks("/proc/" + std::to_string(process) + "/task");
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    const std::string name = task.path().filename();
    pid_t thread = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), thread);
    if (problem == std::errc() && end == name.data() + name.size()) set_share(thread, SCHED_OTHER, 0);
  }
}

}  // namespace status::supervisor
