#include "supervisor/process/process_stats.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

// Behind the name, which is in parentheses and may itself have some: R runs or waits for a CPU, T is stopped.
char state_in(const std::string& directory) {
  const auto text = read_file(directory + "/stat", 4096);
  const std::size_t close = text ? text->rfind(") ") : std::string::npos;
  return close == std::string::npos || close + 2 >= text->size() ? '?' : (*text)[close + 2];
}

std::optional<ThreadTimes> times_in(const std::string& directory, pid_t thread) {
  // Nanoseconds on a CPU, nanoseconds waiting for one, number of turns.
  const auto text = read_file(directory + "/schedstat", 128);
  long long ran = 0;
  long long waited = 0;
  if (!text || std::sscanf(text->c_str(), "%lld %lld", &ran, &waited) != 2) return std::nullopt;
  return ThreadTimes{.thread = thread,
                     .ran = std::chrono::nanoseconds(ran),
                     .waited = std::chrono::nanoseconds(waited),
                     .runnable = state_in(directory) == 'R'};
}

// Of a line "VmRSS:     1234 kB".
std::uint64_t bytes_of(const std::string& status, const char* key) {
  const char* line = std::strstr(status.c_str(), key);
  unsigned long long kib = 0;
  if (line == nullptr || std::sscanf(line + std::strlen(key), "%llu", &kib) != 1) return 0;
  return kib << 10;
}

}  // namespace

ProcessMemory memory_of(pid_t pid) {
  // Readable for a process that is not dumpable, too, which smaps_rollup is not.
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status", 4'096).value_or("");
  return {bytes_of(status, "\nVmRSS:"), bytes_of(status, "\nRssAnon:")};
}

std::chrono::nanoseconds cpu_time_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4'096).value_or("");
  const std::size_t close = stat.rfind(") ");
  unsigned long long user = 0;
  unsigned long long system = 0;
  // Fields 14 and 15 of proc(5), behind the name, which may itself have spaces.
  if (close == std::string::npos ||
      std::sscanf(stat.c_str() + close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) !=
          2) {
    return {};
  }
  static const long kTicks = ::sysconf(_SC_CLK_TCK);
  return std::chrono::nanoseconds((user + system) * (1'000'000'000ULL / static_cast<unsigned long long>(kTicks)));
}

bool is_stopped(pid_t pid) { return state_in("/proc/" + std::to_string(pid)) == 'T'; }

std::vector<ThreadTimes> thread_times(pid_t pid) {
  std::vector<ThreadTimes> out;
  std::error_code gone;
  std::filesystem::directory_iterator task("/proc/" + std::to_string(pid) + "/task", gone);
  for (; !gone && task != std::filesystem::directory_iterator(); task.increment(gone)) {
    const auto thread = static_cast<pid_t>(std::strtol(task->path().filename().c_str(), nullptr, 10));
    if (const auto times = times_in(task->path(), thread)) out.push_back(*times);
  }
  return out;
}

}  // namespace status::supervisor
