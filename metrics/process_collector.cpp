#include "metrics/process_collector.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace status::metrics {
namespace {

// Fields of /proc/PID/stat after the name in parentheses, which may itself hold spaces and parentheses (proc(5)); [0]
// is field 3.
std::vector<double> stat_fields(const std::string& proc) {
  std::ifstream in(proc + "/stat");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return {};
  std::istringstream rest(text.substr(after_name + 1));
  std::string word;
  rest >> word;  // the state, a letter
  std::vector<double> fields{0};
  while (rest >> word) fields.push_back(std::strtod(word.c_str(), nullptr));
  return fields;
}

// When the kernel started, in Unix seconds.
std::optional<double> boot_time() {
  std::ifstream in("/proc/stat");
  std::string word;
  while (in >> word) {
    double seconds = 0;
    if (word == "btime" && in >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> count_entries(const std::string& folder) {
  std::error_code error;
  int count = -1;  // the listing's own descriptor
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) ++count;
  return error ? std::nullopt : std::optional<double>(count);
}

std::optional<double> limit(__rlimit_resource resource) {
  rlimit value{};
  if (::getrlimit(resource, &value) != 0) return std::nullopt;
  // Prometheus clients say -1 for "no limit".
  return value.rlim_cur == RLIM_INFINITY ? -1.0 : static_cast<double>(value.rlim_cur);
}

// The number behind "read_bytes: " and the like.
std::optional<double> field_of(const std::string& file, std::string_view name) {
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    double value = 0;
    if (word == name && in >> value) return value;
  }
  return std::nullopt;
}

void append(Snapshot& snapshot, const char* name, const char* help, Kind kind, std::optional<double> value) {
  if (!value) return;
  Sample sample;
  sample.value = *value;
  snapshot.push_back({name, help, kind, {}, {std::move(sample)}});
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// sanitizer/allocator_interface.h, which GCC does not bring along: a sanitizer's allocator is not the C library's.
extern "C" std::size_t __sanitizer_get_heap_size();
double heap_bytes() { return static_cast<double>(__sanitizer_get_heap_size()); }
#else
double heap_bytes() {
  const struct mallinfo2 heap = ::mallinfo2();
  return static_cast<double>(heap.arena + heap.hblkhd);
}
#endif

}  // namespace

void append_process_metrics(Snapshot& snapshot, const std::string& proc) {
  // Positions are those of proc(5) less 3.
  constexpr std::size_t kUserTime = 11;
  constexpr std::size_t kSystemTime = 12;
  constexpr std::size_t kThreads = 17;
  constexpr std::size_t kStart = 19;
  constexpr std::size_t kVirtual = 20;
  constexpr std::size_t kResident = 21;
  const std::vector<double> stat = stat_fields(proc);
  const auto field = [&](std::size_t index) { return index < stat.size() ? std::optional(stat[index]) : std::nullopt; };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  const auto scaled = [](std::optional<double> value, double factor) {
    return value ? std::optional(*value * factor) : std::nullopt;
  };
  const std::optional<double> boot = boot_time();
  const auto started = field(kStart) && boot ? std::optional(*boot + *field(kStart) / ticks) : std::nullopt;
  const auto cpu = field(kSystemTime) ? std::optional((*field(kUserTime) + *field(kSystemTime)) / ticks) : std::nullopt;

  append(snapshot, "process_cpu_seconds_total", "User and system CPU time spent in seconds.", Kind::counter, cpu);
  append(snapshot, "process_open_fds", "Number of open file descriptors.", Kind::gauge, count_entries(proc + "/fd"));
  append(snapshot, "process_max_fds", "Maximum number of open file descriptors.", Kind::gauge, limit(RLIMIT_NOFILE));
  append(snapshot, "process_virtual_memory_bytes", "Virtual memory size in bytes.", Kind::gauge, field(kVirtual));
  append(snapshot, "process_virtual_memory_max_bytes", "Maximum virtual memory in bytes, -1 for no limit.", Kind::gauge,
         limit(RLIMIT_AS));
  append(snapshot, "process_resident_memory_bytes", "Resident memory size in bytes.", Kind::gauge,
         scaled(field(kResident), page));
  append(snapshot, "process_heap_bytes", "Process heap size in bytes.", Kind::gauge, heap_bytes());
  append(snapshot, "process_start_time_seconds", "Start time of the process since the Unix epoch in seconds.",
         Kind::gauge, started);
  append(snapshot, "process_threads", "Number of OS threads in the process.", Kind::gauge, field(kThreads));
  append(snapshot, "process_disk_read_bytes_total", "Bytes that were read from the disk.", Kind::counter,
         field_of(proc + "/io", "read_bytes:"));
  append(snapshot, "process_disk_write_bytes_total", "Bytes that were written to the disk.", Kind::counter,
         field_of(proc + "/io", "write_bytes:"));
}

}  // namespace status::metrics
