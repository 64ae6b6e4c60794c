// statusctl logs: the modules' log files, which need no running node.
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

struct Line {
  std::int64_t time_ms = 0;
  std::string text;
};

struct LogFile {
  UniqueFd file;
  ino_t inode = 0;
};

LogFile open_log(const std::string& path) {
  LogFile log{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  struct stat info {};
  if (log.file && ::fstat(log.file.get(), &info) == 0) log.inode = info.st_ino;
  return log;
}

// Reads what was appended since the last look. The file stays open, so that its end is still read after it was rotated
// to PATH.1; then come the files that took its place, the older ones first.
class Follower {
 public:
  explicit Follower(std::string path) : path_(std::move(path)) {}

  void read(std::vector<Line>& out) {
    std::vector<LogFile> newer = newer_files();
    // A file that has a successor is complete: statusd closes it before it renames it.
    read_open(out);
    for (; !newer.empty(); newer.pop_back()) {
      current_ = std::move(newer.back());
      rest_.clear();
      read_open(out);
    }
  }

 private:
  // Newest first. A rotation meanwhile moves files the way this goes, so that one may be met twice and none is missed.
  std::vector<LogFile> newer_files() const {
    std::vector<LogFile> found;
    int missing = 0;
    // Between two steps of a rotation one number is missing.
    for (int i = 0; missing < 2; ++i) {
      LogFile log = open_log(i == 0 ? path_ : path_ + "." + std::to_string(i));
      if (log.file && current_.file && log.inode == current_.inode) break;
      const bool twice = !found.empty() && found.back().inode == log.inode;
      if (!log.file) {
        ++missing;
      } else if (!twice) {
        found.push_back(std::move(log));
      }
      if (!current_.file) break;  // the first look: what was rotated before it is history
    }
    return found;
  }

  void read_open(std::vector<Line>& out) {
    if (!current_.file) return;
    struct stat info {};
    // Emptied in place, by somebody else than statusd.
    if (::fstat(current_.file.get(), &info) == 0 && info.st_size < ::lseek(current_.file.get(), 0, SEEK_CUR)) {
      ::lseek(current_.file.get(), 0, SEEK_SET);
      rest_.clear();
    }
    char chunk[64 * 1024];
    for (ssize_t got = 0; (got = ::read(current_.file.get(), chunk, sizeof(chunk))) > 0;) {
      rest_.append(chunk, static_cast<std::size_t>(got));
      std::size_t start = 0;
      for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
        std::string text = rest_.substr(start, end - start);
        start = end + 1;
        const Result<Value> parsed = parse_json(text);
        out.push_back({parsed ? parsed->int_or("time_ms", 0) : 0, std::move(text)});
      }
      rest_.erase(0, start);  // what remains is still being written
    }
  }

  std::string path_;
  LogFile current_;
  std::string rest_;
};

std::string readable(const std::string& text) {
  const Result<Value> line = parse_json(text);
  if (!line || line->as_map() == nullptr) return text;
  std::string out = clock_text(line->int_or("time_ms", 0)) + "  " + line->string_or("level", "?") + "  " +
                    line->string_or("module", "?") + "  " + line->string_or("message", "");
  for (const auto& [key, value] : *line->as_map()) {
    if (key == "time_ms" || key == "level" || key == "module" || key == "message" || key == "generation") continue;
    out += "  " + key + "=" + (value.as_string() != nullptr ? *value.as_string() : to_json(value));
  }
  return out;
}

void print(const Shell& shell, std::vector<Line>& lines) {
  std::ranges::stable_sort(lines, {}, &Line::time_ms);
  for (const Line& line : lines) std::puts(shell.json ? line.text.c_str() : readable(line.text).c_str());
  std::fflush(stdout);
  lines.clear();
}

}  // namespace

int run_logs(const Shell& shell, const std::string& module, bool follow) {
  if (std::error_code error; !std::filesystem::is_directory(shell.place.logs(), error)) {
    return report(make_error(Code::not_found, "cli.no_node",
                             "no node has run in " + shell.place.data_dir + ": there is no " + shell.place.logs()));
  }
  std::map<std::string, Follower> files;
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC));
  const bool watching =
      ::inotify_add_watch(watch.get(), shell.place.logs().c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0;
  std::vector<Line> lines;
  while (true) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(shell.place.logs(), error)) {
      const std::filesystem::path& path = entry.path();
      if (path.extension() != ".log" || (!module.empty() && path.stem() != module)) continue;
      files.try_emplace(path.string(), path.string());
    }
    if (files.empty() && !follow) {
      return report(
          make_error(Code::not_found, "cli.no_log", "there is no log of `" + module + "` in " + shell.place.logs()));
    }
    for (auto& [path, file] : files) file.read(lines);
    print(shell, lines);
    if (!follow || !watching) return kDone;
    char events[4'096];
    if (::read(watch.get(), events, sizeof(events)) <= 0) return kDone;
  }
}

}  // namespace status::cli
