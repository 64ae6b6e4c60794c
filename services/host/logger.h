// JSON lines on one of the process's log pipes: time, level, module, generation, the trace of the call that the thread
// works on, a message and its fields.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ipc/base/value.h"

namespace status::host {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

// Empty for a word that is none of the five.
std::optional<LogLevel> log_level_from_word(std::string_view word);

// No content, contact or topic above debug: what a log says at info is what an operator may paste into a bug report.
// Any thread.
class Logger {
 public:
  using Fields = std::initializer_list<std::pair<std::string, Value>>;

  Logger(std::string module, std::uint64_t generation, LogLevel level, std::FILE* out = stdout);
  ~Logger();

  void set_level(LogLevel level);
  void write(LogLevel level, std::string_view message, Fields fields = {});
  void debug(std::string_view message, Fields fields = {}) { write(LogLevel::debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(LogLevel::info, message, fields); }
  void warn(std::string_view message, Fields fields = {}) { write(LogLevel::warn, message, fields); }
  void error(std::string_view message, Fields fields = {}) { write(LogLevel::error, message, fields); }
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace status::host
