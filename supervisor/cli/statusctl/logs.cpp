// statusctl logs: the modules' log files, which need no running node.
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
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

// Reads what was appended since the last look; a file that shrank was rotated and is read from its beginning.
class Follower {
 public:
  explicit Follower(std::string path) : path_(std::move(path)) {}

  void read(std::vector<Line>& out) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (error) return;
    if (size < position_) position_ = 0;
    std::ifstream file(path_);
    file.seekg(static_cast<std::streamoff>(position_));
    for (std::string text; std::getline(file, text);) {
      if (file.eof()) break;  // the line is still being written
      position_ += text.size() + 1;
      const Result<Value> parsed = parse_json(text);
      out.push_back({parsed ? parsed->int_or("time_ms", 0) : 0, std::move(text)});
    }
  }

 private:
  std::string path_;
  std::uintmax_t position_ = 0;
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
