#include "supervisor/cli/statusctl/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "ipc/base/codec.h"

namespace status::cli {

LogReader::File LogReader::open(const std::string& path) {
  File file{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  struct stat info {};
  if (file.descriptor && ::fstat(file.descriptor.get(), &info) == 0) file.inode = info.st_ino;
  return file;
}

// Newest first. A rotation meanwhile moves files the way this goes, so that one may be met twice and none is missed.
std::vector<LogReader::File> LogReader::newer_files() const {
  std::vector<File> found;
  int missing = 0;
  // Between two steps of a rotation one number is missing.
  for (int i = 0; missing < 2; ++i) {
    File file = open(i == 0 ? path_ : path_ + "." + std::to_string(i));
    if (file.descriptor && current_.descriptor && file.inode == current_.inode) break;
    const bool twice = !found.empty() && found.back().inode == file.inode;
    struct stat info {};
    if (!file.descriptor) {
      ++missing;
    } else if (::fstat(file.descriptor.get(), &info) == 0 && info.st_mtime < start_.since_ms / 1'000) {
      break;  // and so are those behind it
    } else if (!twice) {
      found.push_back(std::move(file));
    }
    if (!begun_ && !start_.rotated) break;
  }
  return found;
}

const LogLine* LogReader::peek() {
  while (lines_.empty() && fill()) continue;
  return lines_.empty() ? nullptr : &lines_.front();
}

LogLine LogReader::take() {
  LogLine line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

bool LogReader::fill() {
  if (waiting_.empty()) {
    std::vector<File> newer = newer_files();
    std::move(newer.rbegin(), newer.rend(), std::back_inserter(waiting_));
    begun_ = true;
  }
  if (read_some()) return true;
  // A file that has a successor is complete: statusd closes it before it renames it.
  if (waiting_.empty()) return false;
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  rest_.clear();
  return true;
}

bool LogReader::read_some() {
  if (!current_.descriptor) return false;
  const int file = current_.descriptor.get();
  struct stat info {};
  // Emptied in place, by somebody else than statusd.
  if (::fstat(file, &info) == 0 && info.st_size < ::lseek(file, 0, SEEK_CUR)) {
    ::lseek(file, 0, SEEK_SET);
    rest_.clear();
  }
  std::array<char, 64 * 1024> chunk;
  ssize_t got = 0;
  do got = ::read(file, chunk.data(), chunk.size());
  while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  rest_.append(chunk.data(), static_cast<std::size_t>(got));
  cut_lines();
  return true;
}

void LogReader::cut_lines() {
  std::size_t start = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
    LogLine line{.text = rest_.substr(start, end - start)};
    start = end + 1;
    Result<Value> parsed = parse_json(line.text);
    if (parsed && parsed->as_map() != nullptr) {
      line.time_ms = parsed->int_or("time_ms", 0);
      line.fields = std::move(*parsed);
    }
    lines_.push_back(std::move(line));
  }
  rest_.erase(0, start);
}

std::string log_line_text(const LogLine& line) {
  if (line.fields.is_null()) return line.text;
  constexpr std::array<std::string_view, 5> kShown = {"time_ms", "level", "module", "message", "generation"};
  std::string out = line.fields.string_or("level", "?") + "  " + line.fields.string_or("module", "?") + "  " +
                    line.fields.string_or("message", "");
  for (const auto& [key, value] : *line.fields.as_map()) {
    if (std::ranges::find(kShown, key) != kShown.end()) continue;
    out += "  " + key + "=" + (value.as_string() != nullptr ? *value.as_string() : to_json(value));
  }
  return out;
}

}  // namespace status::cli
