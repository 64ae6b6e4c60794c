#include "supervisor/process/process_stats.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "supervisor/process/files.h"

namespace status::supervisor {

std::uint64_t rss_bytes(pid_t pid) {
  // Pages: size resident shared text lib data dirty. "resident" is what the limits and `ps` mean.
  const auto text = read_file("/proc/" + std::to_string(pid) + "/statm", 256);
  unsigned long long resident = 0;
  if (!text || std::sscanf(text->c_str(), "%*u %llu", &resident) != 1) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace status::supervisor
