// statusctl logs: the modules' log files, which need no running node.
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/log_filter.h"
#include "supervisor/cli/statusctl/log_reader.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/time_text.h"

namespace status::cli {
namespace {

// All logs as one: in the order of time, each log's lines in their own.
class LogMerge {
 public:
  LogMerge(std::string directory, std::string module, LogReader::Start start)
      : directory_(std::move(directory)), module_(std::move(module)), start_(start) {}

  // Finds what is new; false when there is no log at all.
  bool look() {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
      const std::filesystem::path& path = entry.path();
      if (path.extension() != ".log" || (!module_.empty() && path.stem() != module_)) continue;
      logs_.try_emplace(path.string(), path.string(), start_);
    }
    for (auto& [path, log] : logs_) active_.insert(&log);
    return !logs_.empty();
  }

  // Nothing: that was all, until the next look.
  std::optional<LogLine> next() {
    std::erase_if(active_, [](LogReader* log) { return log->peek() == nullptr; });
    LogReader* first = nullptr;
    for (LogReader* log : active_) {
      if (first == nullptr || log->peek()->time_ms < first->peek()->time_ms) first = log;
    }
    return first == nullptr ? std::nullopt : std::optional(first->take());
  }

 private:
  std::string directory_;
  std::string module_;
  LogReader::Start start_;
  std::map<std::string, LogReader> logs_;
  std::set<LogReader*> active_;  // of them, those that had a line at the last look
};

void print(const Shell& shell, const LogLine& line) {
  const std::string time = line.fields.is_null() ? "" : clock_text(line.time_ms) + "  ";
  std::puts(shell.json ? line.text.c_str() : (time + log_line_text(line)).c_str());
}

// The incarnation before the newest one that its log tells of.
Result<std::uint64_t> previous_generation(LogMerge& log, const std::string& module) {
  std::set<std::uint64_t> generations;
  while (const auto line = log.next()) {
    if (const std::uint64_t number = line->fields.uint_or("generation", 0); number != 0) generations.insert(number);
  }
  if (generations.size() > 1) return *std::next(generations.rbegin());
  return fail(Code::not_found, "cli.no_previous",
              "the log of `" + module + "` tells of one incarnation at most: there is none before it");
}

Error no_logs(const Shell& shell, const std::string& module) {
  if (std::error_code error; !std::filesystem::is_directory(shell.place.logs(), error)) {
    return make_error(Code::not_found, "cli.no_node",
                      "no node has run in " + shell.place.data_dir + ": there is no " + shell.place.logs());
  }
  return make_error(Code::not_found, "cli.no_log", "there is no log of `" + module + "` in " + shell.place.logs());
}

Result<LogFilter> make_filter(const LogsOptions& options) {
  LogFilter filter;
  if (!options.since.empty()) {
    const auto since = parse_since(options.since, SystemClock().unix_ms());
    if (!since) return fail(since.error());
    filter.since(*since);
  }
  if (!options.grep.empty()) {
    if (Status compiled = filter.grep(options.grep); !compiled) return fail(compiled.error());
  }
  return filter;
}

}  // namespace

Status check_logs_options(const LogsOptions& options) {
  const Result<LogFilter> filter = make_filter(options);
  return filter ? Status() : Status(fail(filter.error()));
}

int run_logs(const Shell& shell, const LogsOptions& options) {
  Result<LogFilter> filter = make_filter(options);
  if (!filter) return report(filter.error());
  const std::string directory = shell.place.logs();
  // Who only wants to see what comes does not wait for what was rotated away.
  const LogReader::Start start{.rotated = !options.follow || !options.since.empty(), .since_ms = filter->since()};
  LogMerge logs(directory, options.module, start);
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC));
  const bool watching = ::inotify_add_watch(watch.get(), directory.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0;
  if (!logs.look() && !(options.follow && watching)) return report(no_logs(shell, options.module));
  if (options.previous) {
    LogMerge all(directory, options.module, {});
    all.look();
    const auto generation = previous_generation(all, options.module);
    if (!generation) return report(generation.error());
    filter->generation(*generation);
  }
  while (true) {
    while (const auto line = logs.next()) {
      if (filter->matches(*line)) print(shell, *line);
    }
    std::fflush(stdout);
    if (!options.follow || !watching) return kDone;
    char events[4'096];
    if (::read(watch.get(), events, sizeof(events)) <= 0) return kDone;
    logs.look();
  }
}

}  // namespace status::cli
