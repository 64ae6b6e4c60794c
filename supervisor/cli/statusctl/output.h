// What statusctl prints: tables for people on a terminal, JSON for programs.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "ipc/base/error.h"
#include "ipc/base/value.h"

namespace status::cli {

// Left-aligned columns, two spaces apart, as wide as their widest cell; widths count code points.
class Table {
 public:
  explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "3d 4h", "12m 3s", "0.2s".
std::string duration_text(std::uint64_t ms);
// "14.2 MiB".
std::string size_text(std::uint64_t bytes);
// "14:03:07.512" by the local clock.
std::string clock_text(std::int64_t unix_ms);

// "2026-11-29 14:03" by the local clock.
std::string date_text(std::int64_t unix_ms);

// One JSON document: indented on a terminal, one line elsewhere.
void print_json(const Value& value, bool terminal);
// The error map as JSON when standard error is no terminal, a sentence when it is. Returns the exit code.
int report(const Error& error);

}  // namespace status::cli
