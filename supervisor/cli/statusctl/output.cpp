#include "supervisor/cli/statusctl/output.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "ipc/base/codec.h"
#include "ipc/wire/envelope.h"
#include "supervisor/cli/statusctl/exit_codes.h"

namespace status::cli {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string format(const char* pattern, double value, const char* unit) {
  char text[48];
  std::snprintf(text, sizeof(text), pattern, value);
  return std::string(text) + unit;
}

}  // namespace

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string duration_text(std::uint64_t ms) {
  const std::uint64_t seconds = ms / 1'000;
  if (seconds < 60) return format("%.1f", static_cast<double>(ms) / 1'000, "s");
  if (seconds < 3'600) return std::to_string(seconds / 60) + "m " + std::to_string(seconds % 60) + "s";
  if (seconds < 86'400) return std::to_string(seconds / 3'600) + "h " + std::to_string(seconds / 60 % 60) + "m";
  return std::to_string(seconds / 86'400) + "d " + std::to_string(seconds / 3'600 % 24) + "h";
}

std::string size_text(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1U << 20U) return format("%.1f", size / 1'024, " KiB");
  if (bytes < 1U << 30U) return format("%.1f", size / (1U << 20U), " MiB");
  return format("%.1f", size / (1U << 30U), " GiB");
}

std::string clock_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1'000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof(text), "%H:%M:%S", &local);
  std::snprintf(text + length, sizeof(text) - length, ".%03d", static_cast<int>(unix_ms % 1'000));
  return text;
}

std::string date_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1'000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

void print_json(const Value& value, bool terminal) { std::puts(to_json(value, terminal).c_str()); }

int report(const Error& error) {
  if (::isatty(STDERR_FILENO) != 0) {
    std::fprintf(stderr, "statusctl: %s\n", error.describe().c_str());
    if (error.retry_after_ms != 0) std::fprintf(stderr, "try again in %u ms\n", error.retry_after_ms);
  } else {
    std::fprintf(stderr, "%s\n", to_json(ipc::error_to_value(error)).c_str());
  }
  return exit_code_of(error);
}

}  // namespace status::cli
