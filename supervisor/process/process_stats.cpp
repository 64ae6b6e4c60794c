#include "supervisor/process/process_stats.h"

#include <cstdio>
#include <cstring>
#include <string>

#include "supervisor/process/files.h"

namespace status::supervisor {
namespace {

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

}  // namespace status::supervisor
