#include "supervisor/cli/statusctl/waterfall.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/recorded_call.h"

namespace status::cli {
namespace {

using Line = RecordedCall;

// How a stage is drawn, in the order of kStageKeys.
constexpr std::array<const char*, kStageKeys.size()> kMarks = {"·", "q", "h", "p", "b", "o", "·"};

std::string time_text(std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, ns < 10'000'000 ? "%.2f ms" : "%.0f ms", static_cast<double>(ns) * 1e-6);
  return text;
}

struct Placed {
  Line line;
  std::size_t depth = 0;
};

// A call below the one that it was made for; those of one call in the order of time.
void place(const std::vector<Line>& all, const std::string& parent, std::size_t depth, std::vector<Placed>& out) {
  for (const Line& line : all) {
    const bool here = depth == 0 ? std::ranges::find(all, line.parent, &Line::span) == all.end() || line.parent.empty()
                                 : line.parent == parent;
    if (!here || out.size() > all.size()) continue;
    out.push_back({line, depth});
    place(all, line.span, depth + 1, out);
  }
}

std::string bar_of(const Line& line, std::uint64_t from, std::uint64_t whole, std::size_t width) {
  const auto column = [&](std::uint64_t ns) {
    return std::min(width, static_cast<std::size_t>(static_cast<double>(ns - std::min(ns, from)) /
                                                    static_cast<double>(std::max<std::uint64_t>(whole, 1)) *
                                                    static_cast<double>(width)));
  };
  std::string bar;
  std::size_t at = 0;
  const auto fill = [&](std::size_t until, const char* mark) {
    for (; at < until; ++at) bar += mark;
  };
  fill(column(line.begin), " ");
  std::uint64_t time = line.begin;
  for (std::size_t i = 0; i < kMarks.size(); ++i) {
    time += line.stages[i];
    if (line.known) fill(column(time), kMarks[i]);
  }
  fill(std::max(column(line.begin + line.total), std::min(at + 1, width)), line.known ? "·" : "?");
  return bar;
}

std::string where_of(const Line& line) {
  if (!line.known) return "unknown";
  std::string out;
  for (std::size_t i = 0; i < kStageKeys.size(); ++i) {
    const std::uint64_t ns = line.stages[i];
    if (ns * 50 >= line.total && ns > 0) {
      out += (out.empty() ? "" : ", ") + std::string(kStageKeys[i].first) + " " + time_text(ns);
    }
  }
  return out;
}

}  // namespace

std::string waterfall(const Value::Array& records, std::size_t width) {
  const std::vector<Line> all = recorded_calls(records);
  std::vector<Placed> lines;
  place(all, "", 0, lines);
  if (lines.empty()) return "Nothing of that trace is recorded any more.\n";
  std::uint64_t from = lines.front().line.begin;
  std::uint64_t until = 0;
  for (const auto& [line, depth] : lines) {
    from = std::min(from, line.begin);
    until = std::max(until, line.begin + line.total);
  }
  Table table({"MODULE", "METHOD", "TOTAL", "", "", "WHERE"});
  for (const auto& [line, depth] : lines) {
    table.add({std::string(2 * depth, ' ') + line.module, line.method, time_text(line.total), line.code,
               bar_of(line, from, until - from, width), where_of(line)});
  }
  return table.text();
}

}  // namespace status::cli
