#include "supervisor/process/module_log.h"

#include <utility>

#include "ipc/base/codec.h"

namespace status::supervisor {
namespace {

// The text of an object with the entries that it lacks, without writing the rest anew.
std::string completed(std::string_view line, const Value& object, const Value& wanted) {
  Value missing = Value::Map();
  for (const auto& [key, value] : *wanted.as_map()) {
    if (object.find(key) == nullptr) missing.set(key, value);
  }
  if (missing.as_map()->empty()) return std::string(line);
  std::string text(line.substr(0, line.rfind('}')));
  if (!object.as_map()->empty()) text.push_back(',');
  return text + to_json(missing).substr(1);
}

}  // namespace

ModuleLog::ModuleLog(std::string module, const std::string& directory, LogLimits limits, LogRate rate,
                     const Clock& clock)
    : module_(std::move(module)),
      clock_(clock),
      file_(directory + "/" + module_ + ".log", limits, clock),
      rate_(rate),
      bucket_(rate, clock.monotonic()),
      complaints_({.lines_per_s = 1, .burst = 20}, clock.monotonic()) {}

void ModuleLog::set_limits(LogLimits limits, LogRate rate) {
  file_.set_limits(limits);
  // Another rate begins with a full bucket; the same one keeps what is left in its own.
  if (std::exchange(rate_, rate) != rate) bucket_ = LogBucket(rate, clock_.monotonic());
}

bool ModuleLog::take(std::string_view line, std::string_view stream, std::uint64_t generation) {
  if (!bucket_.take(line.size(), clock_.monotonic())) {
    ++dropped_;
    file_.remember(line);
    return false;
  }
  file_.append(as_log_object(line, stream, module_, generation, clock_.unix_ms()));
  return true;
}

bool ModuleLog::may_complain() {
  const bool may = complaints_.take(0, clock_.monotonic());
  if (!may) ++dropped_;
  return may;
}

void ModuleLog::say(std::string_view level, std::string_view message, std::uint64_t generation) {
  file_.append(log_line(clock_, level, module_, generation, message));
}

bool ModuleLog::report_dropped(std::uint64_t generation) {
  if (dropped_ == reported_) return false;
  say("warn",
      std::to_string(dropped_ - reported_) + " log lines were dropped: more than logs.max_lines_per_s = " +
          std::to_string(rate_.lines_per_s) + " and logs.burst_lines = " + std::to_string(rate_.burst) + " allow",
      generation);
  reported_ = dropped_;
  return true;
}

std::string as_log_object(std::string_view line, std::string_view stream, std::string_view module,
                          std::uint64_t generation, std::int64_t time_ms) {
  if (line.starts_with('{')) {
    const auto object = parse_json(line);
    if (object && object->as_map() != nullptr) {
      return completed(line, *object,
                       Value::map({{"time_ms", time_ms}, {"module", module}, {"generation", generation}}));
    }
  }
  return to_json(Value::map({{"time_ms", time_ms},
                             {"level", stream == "stderr" ? "warn" : "info"},
                             {"module", module},
                             {"generation", generation},
                             {"stream", stream},
                             {"message", line}}));
}

}  // namespace status::supervisor
