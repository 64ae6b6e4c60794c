#include "supervisor/process/log_quota.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <vector>

namespace status::supervisor {
namespace {

namespace fs = std::filesystem;

struct File {
  std::uint64_t age = 0;  // 0: NAME.log, n: NAME.log.n
  std::uint64_t bytes = 0;
  std::string path;
};

struct Log {
  std::uint64_t bytes = 0;
  std::vector<File> files;
};

// "chat.log.3" → "chat", 3.
bool parse_name(const std::string& name, std::string& log, std::uint64_t& age) {
  constexpr std::string_view kEnding = ".log";
  const std::size_t at = name.rfind(kEnding);
  if (at == std::string::npos) return false;
  log = name.substr(0, at);
  const std::string_view rest = std::string_view(name).substr(at + kEnding.size());
  age = 0;
  if (rest.empty()) return true;
  const auto [end, problem] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), age);
  return rest.front() == '.' && problem == std::errc() && end == rest.data() + rest.size();
}

std::map<std::string, Log> read_logs(const std::string& directory) {
  std::map<std::string, Log> logs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    File file{.path = entry.path().string()};
    std::string name;
    if (!parse_name(entry.path().filename().string(), name, file.age)) continue;
    file.bytes = entry.file_size(error);
    if (error) continue;  // gone meanwhile
    Log& log = logs[name];
    log.bytes += file.bytes;
    log.files.push_back(std::move(file));
  }
  for (auto& [name, log] : logs) std::ranges::sort(log.files, {}, &File::age);
  return logs;
}

}  // namespace

void LogQuota::grew(std::uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ > total_bytes_) enforce();
}

void LogQuota::enforce() {
  std::map<std::string, Log> logs = read_logs(directory_);
  bytes_ = 0;
  for (const auto& [name, log] : logs) bytes_ += log.bytes;
  while (bytes_ > total_bytes_) {
    Log* largest = nullptr;
    for (auto& [name, log] : logs) {
      if (log.files.empty() || log.files.back().age == 0) continue;
      if (largest == nullptr || log.bytes > largest->bytes) largest = &log;
    }
    if (largest == nullptr) return;
    const File oldest = std::move(largest->files.back());
    largest->files.pop_back();
    std::error_code error;
    if (!fs::remove(oldest.path, error)) continue;  // what cannot be removed still counts
    largest->bytes -= oldest.bytes;
    bytes_ -= oldest.bytes;
  }
}

}  // namespace status::supervisor
