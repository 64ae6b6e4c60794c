#include "supervisor/process/descendants.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

constexpr std::size_t kMost = 64;

// proc(5): each thread has a list of its own.
void append_children(pid_t pid, std::vector<pid_t>& out) {
  std::error_code gone;
  std::filesystem::directory_iterator task("/proc/" + std::to_string(pid) + "/task", gone);
  for (; !gone && task != std::filesystem::directory_iterator(); task.increment(gone)) {
    std::istringstream list(read_file(task->path().string() + "/children", 4'096).value_or(""));
    for (pid_t child = 0; list >> child && out.size() < kMost;) out.push_back(child);
  }
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t pid) {
  std::vector<pid_t> out;
  append_children(pid, out);
  for (std::size_t i = 0; i < out.size(); ++i) append_children(out[i], out);
  return out;
}

Descendants::Use Descendants::since_last(pid_t pid) {
  Use all;
  std::map<pid_t, ProcessorUse> uses;
  for (const pid_t each : descendants_of(pid)) {
    const ProcessMemory memory = memory_of(each);
    all.memory.resident_bytes += memory.resident_bytes;
    all.memory.anonymous_bytes += memory.anonymous_bytes;
    const auto known = uses_.find(each);
    ProcessorUse& use = uses.emplace(each, known == uses_.end() ? ProcessorUse() : known->second).first->second;
    const ProcessorUse::Growth growth = use.since_last(cpu_time_of(each), thread_times(each));
    all.growth.ran += growth.ran;
    all.growth.waited += growth.waited;
  }
  uses_ = std::move(uses);
  return all;
}

}  // namespace status::supervisor
