#include "services/host/logger.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "ipc/wire/trace_scope.h"

namespace status::host {
namespace {

constexpr std::array<std::string_view, 5> kWords = {"trace", "debug", "info", "warn", "error"};

using FileSink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  constexpr std::array kLevels = {spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                  spdlog::level::err};
  return kLevels[static_cast<std::size_t>(level)];
}

}  // namespace

struct Logger::Impl {
  std::string module;
  std::uint64_t generation;
  spdlog::logger sink;
};

std::optional<LogLevel> log_level_from_word(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

Logger::Logger(std::string module, std::uint64_t generation, LogLevel level, std::FILE* out)
    : impl_(new Impl{std::move(module), generation, spdlog::logger("log", std::make_shared<FileSink>(out))}) {
  impl_->sink.set_pattern("%v");
  impl_->sink.flush_on(spdlog::level::trace);  // a pipe is block-buffered: a crash would take the last lines with it
  set_level(level);
}

Logger::~Logger() = default;

void Logger::set_level(LogLevel level) { impl_->sink.set_level(to_spdlog(level)); }

void Logger::write(LogLevel level, std::string_view message, Fields fields) {
  if (!impl_->sink.should_log(to_spdlog(level))) return;
  Value line = Value::map({{"time_ms", SystemClock().unix_ms()},
                           {"level", kWords[static_cast<std::size_t>(level)]},
                           {"module", impl_->module},
                           {"generation", impl_->generation}});
  if (const ipc::Trace* trace = ipc::TraceScope::current()) line.set("trace", trace->id_hex());
  line.set("message", message);
  for (const auto& [key, value] : fields) line.set(key, value);
  impl_->sink.log(to_spdlog(level), to_json(line));
}

void Logger::flush() { impl_->sink.flush(); }

}  // namespace status::host
