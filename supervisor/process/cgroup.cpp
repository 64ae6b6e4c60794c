#include "supervisor/process/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <sstream>

#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

// One line each: "0::/system.slice/statusd.service" (version 2), "7:memory:/docker/4f" (version 1).
std::string group_path(const std::string& membership, const std::string& prefix) {
  std::istringstream lines(read_file(membership).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(prefix);
    if (at != std::string::npos && line.find(':') == at) return line.substr(at + prefix.size());
  }
  return {};
}

// Of a kernel file: no O_TRUNC, no temporary. O_CREAT does nothing there.
Status write_value(const std::string& path, const std::string& value) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail(errno_error(errno, "open " + path));
  return write_all(file.get(), value, path);
}

Status make_group(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return fail(errno_error(errno, "mkdir " + path));
  return {};
}

bool has_word(const std::string& text, const std::string& wanted) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == wanted) return true;
  }
  return false;
}

// A limit file's number; 0 for "max" and for one that is not there.
std::uint64_t limit_in(const std::string& path) {
  unsigned long long value = 0;
  const auto text = read_file(path, 64);
  if (!text || std::sscanf(text->c_str(), "%llu", &value) != 1) return 0;
  return value;
}

void lower(std::uint64_t& least, std::uint64_t limit) {
  if (limit != 0) least = least == 0 ? limit : std::min(least, limit);
}

// The limit of the group and of all above it.
void lower_by_groups(std::uint64_t& least, const std::string& mount, std::string group, const char* file) {
  for (;;) {
    lower(least, limit_in(mount + group + "/" + file));
    const auto slash = group.rfind('/');
    if (group.empty() || slash == std::string::npos) return;
    group.resize(slash);
  }
}

}  // namespace

Cgroup Cgroup::take(const Places& places) {
  const std::string path = group_path(places.membership, "::");
  Cgroup out(places.mount + (path == "/" ? "" : path));
  if (path.empty()) {
    out.why_not_ = "there is no cgroup v2";
  } else if (::access((out.directory_ + "/cgroup.subtree_control").c_str(), W_OK) != 0) {
    out.why_not_ = "the cgroup " + path + " is not delegated to this user (systemd: Delegate=yes)";
  } else if (auto claimed = out.claim(); !claimed) {
    out.why_not_ = claimed.error().message;
  }
  return out;
}

Status Cgroup::claim() {
  const auto refuse = [this](const std::string& why) {
    return fail(Code::failed_precondition, "supervisor.cgroup", "the cgroup " + directory_ + " " + why);
  };
  const std::string controllers = read_file(directory_ + "/cgroup.controllers").value_or("");
  if (!has_word(controllers, "memory") || !has_word(controllers, "pids")) {
    return refuse("has no controllers for memory and pids");
  }
  const std::string own = std::to_string(::getpid());
  if (read_file(directory_ + "/cgroup.procs").value_or("") != own + "\n") {
    return refuse("has other processes than statusd in it, whom limits would concern");
  }
  if (auto made = make_group(directory_ + "/statusd"); !made) return made;
  if (auto moved = write_value(directory_ + "/statusd/cgroup.procs", own); !moved) return moved;
  return write_value(directory_ + "/cgroup.subtree_control", "+memory +pids");
}

Result<UniqueFd> Cgroup::group_of(const std::string& module, const CgroupLimits& limits) const {
  // No module is called that: a statusd of its own is beside them.
  const std::string group = directory_ + "/module." + module;
  if (auto made = make_group(group); !made) return fail(made.error());
  if (auto set = write_value(group + "/memory.max", std::to_string(limits.memory_bytes)); !set)
    return fail(set.error());
  if (auto set = write_value(group + "/pids.max", std::to_string(limits.tasks)); !set) return fail(set.error());
  UniqueFd members(::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!members) return fail(errno_error(errno, "open " + group + "/cgroup.procs"));
  return members;
}

std::uint64_t memory_of_the_machine(const Cgroup::Places& places, const std::string& meminfo) {
  std::uint64_t least = 0;
  unsigned long long total_kib = 0;
  const std::string text = read_file(meminfo).value_or("");
  if (std::sscanf(text.c_str(), "MemTotal: %llu kB", &total_kib) == 1) least = total_kib << 10;
  lower_by_groups(least, places.mount, group_path(places.membership, "::"), "memory.max");
  lower_by_groups(least, places.mount + "/memory", group_path(places.membership, ":memory:"), "memory.limit_in_bytes");
  return least;
}

}  // namespace status::supervisor
