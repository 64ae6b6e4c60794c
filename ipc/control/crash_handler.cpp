#include "ipc/control/crash_handler.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "ipc/control/loaded_object.h"
#include "ipc/control/stack_walk.h"

namespace status::ipc::control {
namespace {

constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};
constexpr std::uint64_t kPatienceNs = 200'000'000;  // for all other threads together
constexpr std::size_t kAlternateStackBytes = 64 * 1024;

struct Process {
  StacksArea* area = nullptr;
  const CrashSlot* slots = nullptr;
  int tasks = -1;  // /proc/self/task, open before a sandbox could forbid it
  AlternateStack* main_stack = nullptr;
  std::atomic<std::uint32_t> writer{0};  // the thread that writes the record
  std::atomic<std::uint32_t> answers{0};
};
constinit Process process;

int stack_signal() { return SIGRTMAX - 1; }

std::uint32_t own_thread() { return static_cast<std::uint32_t>(::syscall(SYS_gettid)); }

int send_signal(std::uint32_t thread, int signal) {
  return static_cast<int>(::syscall(SYS_tgkill, ::getpid(), thread, signal));
}

[[noreturn]] void die_of(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  send_signal(own_thread(), signal);
  ::_exit(128 + signal);
}

// The threads of the process in the order in which the record has them.
class Order {
 public:
  void add(std::uint32_t thread) {
    if (thread == 0 || size_ == kStackThreads || std::find(begin(), end(), thread) != end()) return;
    threads_[size_++] = thread;
  }
  // Of the calls under way, the oldest first.
  void add_workers(const CrashSlot* slots) {
    std::uint64_t last = 0;
    for (std::size_t n = 0; n < kStackThreads; ++n) {
      const CrashSlot* oldest = nullptr;
      for (const CrashSlot* slot = slots; slot != slots + kCrashSlots; ++slot) {
        if (slot->state != static_cast<std::uint32_t>(SlotState::used) || slot->thread == 0) continue;
        if (slot->started_ns > last && (oldest == nullptr || slot->started_ns < oldest->started_ns)) oldest = slot;
      }
      if (oldest == nullptr) return;
      add(oldest->thread);
      last = oldest->started_ns;
    }
  }
  // All; also counts those for which there is no room.
  std::uint32_t add_listed(int tasks) {
    alignas(dirent64) char buffer[4096];
    std::uint32_t count = 0;
    ::lseek(tasks, 0, SEEK_SET);
    for (long got = 0; (got = ::syscall(SYS_getdents64, tasks, buffer, sizeof(buffer))) > 0;) {
      for (long at = 0; at < got;) {
        const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
        at += entry->d_reclen;
        std::uint32_t thread = 0;
        for (const char* c = entry->d_name; *c >= '0' && *c <= '9'; ++c) {
          thread = thread * 10 + static_cast<std::uint32_t>(*c - '0');
        }
        if (thread == 0) continue;
        ++count;
        add(thread);
      }
    }
    return count;
  }

  const std::uint32_t* begin() const { return threads_; }
  const std::uint32_t* end() const { return threads_ + size_; }
  std::size_t size() const { return size_; }

 private:
  std::uint32_t threads_[kStackThreads] = {};
  std::size_t size_ = 0;
};

// Of the calling thread. False when somebody has begun with it.
bool take_down(StackRecord& record, const void* context) {
  auto asked = static_cast<std::uint32_t>(StackState::asked);
  if (!record.state.compare_exchange_strong(asked, static_cast<std::uint32_t>(StackState::walking))) return false;
  ::prctl(PR_GET_NAME, record.name);
  walk_stack(context, record);
  record.state = static_cast<std::uint32_t>(StackState::whole);
  return true;
}

StackRecord* record_of(std::uint32_t thread) {
  for (std::uint32_t i = 0; i < process.area->header.stack_count; ++i) {
    StackRecord& record = process.area->stacks[i];
    if (record.thread == thread) return &record;
  }
  return nullptr;
}

void wait_for_answers(std::uint32_t wanted) {
  const std::uint64_t deadline = monotonic_ns() + kPatienceNs;
  for (;;) {
    const std::uint32_t seen = process.answers;
    const std::uint64_t now = monotonic_ns();
    if (seen >= wanted || now >= deadline) return;
    const timespec left{0, static_cast<long>(deadline - now)};
    ::syscall(SYS_futex, &process.answers, FUTEX_WAIT_PRIVATE, seen, &left, nullptr, 0);
  }
}

void name_objects(StacksArea& area) {
  const auto known = [&area](std::uint64_t address) {
    return std::any_of(area.objects, area.objects + area.header.object_count,
                       [&](const ObjectRecord& object) { return object.start <= address && address < object.end; });
  };
  for (std::uint32_t i = 0; i < area.header.stack_count; ++i) {
    const StackRecord& stack = area.stacks[i];
    for (std::uint32_t frame = 0; frame < stack.frame_count; ++frame) {
      if (area.header.object_count == kStackObjects) return;
      if (known(stack.frames[frame])) continue;
      if (find_object(stack.frames[frame], area.objects[area.header.object_count])) ++area.header.object_count;
    }
  }
}

void write_record(int signal, const siginfo_t& info, const void* context) {
  const std::uint32_t self = own_thread();
  StacksArea& area = *process.area;
  area.header.signal = signal;
  area.header.code = info.si_code;
  const bool sent = info.si_code <= 0;  // by a process or a thread, not by the kernel
  if (!sent) area.header.address = reinterpret_cast<std::uint64_t>(info.si_addr);
  Order order;
  if (!sent || info.si_pid == ::getpid()) order.add(self);
  order.add_workers(process.slots);
  order.add(self);
  area.header.thread_count = order.add_listed(process.tasks);
  for (std::size_t i = 0; i < order.size(); ++i) {
    area.stacks[i].thread = order.begin()[i];
    area.stacks[i].state = static_cast<std::uint32_t>(StackState::asked);
  }
  area.header.stack_count = static_cast<std::uint32_t>(order.size());
  take_down(*record_of(self), context);
  std::uint32_t asked = 0;
  for (const std::uint32_t thread : order) {
    if (thread != self && send_signal(thread, stack_signal()) == 0) ++asked;
  }
  wait_for_answers(asked);
  name_objects(area);
}

void on_fatal(int signal, siginfo_t* info, void* context) {
  end_walk_if_it_faulted();
  std::uint32_t writer = 0;
  if (!process.writer.compare_exchange_strong(writer, own_thread())) {
    if (writer == own_thread()) die_of(signal);
    // Two threads at once: the other one ends the process.
    for (;;) ::pause();
  }
  write_record(signal, *info, context);
  die_of(signal);
}

void on_asked(int, siginfo_t* info, void* context) {
  if (process.writer == 0 || info->si_pid != ::getpid()) return;
  const int error = errno;
  StackRecord* record = record_of(own_thread());
  if (record != nullptr && take_down(*record, context)) {
    ++process.answers;
    ::syscall(SYS_futex, &process.answers, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  errno = error;
}

// Nothing else comes between, but for the faults of a walk.
void handle(int signal, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | flags;
  ::sigfillset(&action.sa_mask);
  ::sigdelset(&action.sa_mask, SIGSEGV);
  ::sigdelset(&action.sa_mask, SIGBUS);
  ::sigaction(signal, &action, nullptr);
}

bool is_taken(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler != SIG_DFL;
}

}  // namespace

Status install_crash_handler(int fd) {
  auto area = CrashArea::map(fd);  // checks the size, and gives the slots their header
  if (!area) return fail(area.error());
  void* mapping = ::mmap(nullptr, kCrashAreaBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) return fail(errno_error(errno, "mmap of the crash memfd"));
  process.tasks = ::open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (process.tasks < 0) return fail(errno_error(errno, "open /proc/self/task"));
  auto* bytes = static_cast<char*>(mapping);
  process.slots = reinterpret_cast<const CrashSlot*>(bytes + sizeof(CrashHeader));
  process.area = reinterpret_cast<StacksArea*>(bytes + kCrashStacksOffset);
  process.area->header.object_count = find_executable(process.area->objects[0]) ? 1 : 0;
  process.area->header.version = kStacksVersion;
  process.area->header.magic = kStacksMagic;
  prepare_walks();
  process.main_stack = new AlternateStack();  // for good
  handle(stack_signal(), on_asked, SA_RESTART);
  for (const int signal : kFatal) {
    if (!is_taken(signal)) handle(signal, on_fatal, 0);
  }
  return {};
}

AlternateStack::AlternateStack() {
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
  void* memory = ::mmap(nullptr, kAlternateStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  const stack_t own{.ss_sp = memory, .ss_flags = 0, .ss_size = kAlternateStackBytes};
  if (::sigaltstack(&own, nullptr) == 0) {
    memory_ = memory;
  } else {
    ::munmap(memory, kAlternateStackBytes);
  }
}

AlternateStack::~AlternateStack() {
  if (memory_ == nullptr) return;
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  ::sigaltstack(&none, nullptr);
  ::munmap(memory_, kAlternateStackBytes);
}

}  // namespace status::ipc::control
