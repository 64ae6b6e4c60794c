#include "supervisor/process/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

LogLimits within_share(LogLimits limits) {
  if (limits.quota != nullptr) limits.max_bytes = std::min(limits.max_bytes, limits.quota->share());
  return limits;
}

}  // namespace

LogFile::LogFile(std::string path, LogLimits limits, const Clock& clock)
    : path_(std::move(path)), limits_(within_share(limits)), clock_(clock) {}

void LogFile::set_limits(LogLimits limits) {
  for (std::uint64_t age = std::max<std::uint64_t>(limits.files, 1); age < limits_.files; ++age) {
    ::unlink(rotated(age).c_str());
  }
  limits_ = within_share(limits);
}

void LogFile::remember(std::string_view line) {
  tail_.emplace_back(line.substr(0, kTailLineBytes));
  if (tail_.size() > kTailLines) tail_.pop_front();
}

void LogFile::append(std::string_view line) {
  remember(line);
  if (lost_ > 0 &&
      write(log_line(clock_, "warn", "statusd", 0, std::to_string(lost_) + " log lines could not be written"))) {
    lost_ = 0;
  }
  if (lost_ > 0 || !write(line)) ++lost_;
}

bool LogFile::open() {
  if (file_) return true;
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info {};
  if (!file_ || ::fstat(file_.get(), &info) != 0) return false;
  bytes_ = static_cast<std::uint64_t>(info.st_size);
  return true;
}

bool LogFile::write(std::string_view line) {
  if (!open()) return false;
  if (bytes_ > 0 && bytes_ + line.size() + 1 > limits_.max_bytes) {
    rotate();
    if (!open()) return false;
  }
  std::string text(line);
  text.push_back('\n');
  if (!write_all(file_.get(), text, path_)) return false;
  bytes_ += text.size();
  if (limits_.quota != nullptr) limits_.quota->grew(text.size());
  return true;
}

void LogFile::rotate() {
  file_.reset();
  if (limits_.files <= 1) {
    ::unlink(path_.c_str());
    return;
  }
  for (std::uint64_t i = limits_.files - 1; i > 1; --i) {
    std::rename(rotated(i - 1).c_str(), rotated(i).c_str());
  }
  std::rename(path_.c_str(), rotated(1).c_str());
}

std::string LogFile::rotated(std::uint64_t age) const { return path_ + "." + std::to_string(age); }

std::string log_line(const Clock& clock, std::string_view level, std::string_view module, std::uint64_t generation,
                     std::string_view message) {
  return to_json(Value::map({{"time_ms", clock.unix_ms()},
                             {"level", level},
                             {"module", module},
                             {"generation", generation},
                             {"message", message}}));
}

}  // namespace status::supervisor
