#include "supervisor/cli/statusctl/waterfall.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <vector>

#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

struct Stage {
  const char* key;
  const char* name;
  const char* mark;
};
constexpr Stage kStages[] = {{"send_ns", "send", "·"},       {"queue_ns", "queue", "q"},
                             {"handler_ns", "handler", "h"}, {"persist_ns", "persist", "p"},
                             {"backend_ns", "backend", "b"}, {"other_ns", "other", "o"},
                             {"reply_ns", "reply", "·"}};

struct Line {
  std::string module;  // that answers
  std::string method;
  std::string code;
  std::string span;
  std::string parent;
  std::uint64_t begin = 0;
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t> stages;
  bool known = false;
  std::size_t depth = 0;
};

std::string time_text(std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, ns < 10'000'000 ? "%.2f ms" : "%.0f ms", static_cast<double>(ns) * 1e-6);
  return text;
}

// The caller's record says more: it has the ways, and it is there when the callee died.
std::vector<Line> merged(const Value::Array& records) {
  std::map<std::string, Line> lines;
  for (const Value& record : records) {
    const bool made = record.string_or("side", "") == "made";
    const std::string span = record.string_or("span", "");
    Line& line = lines[span];
    if (!made && !line.span.empty()) continue;
    line.span = span;
    line.module = record.string_or(made ? "peer" : "module", "");
    line.method = record.string_or("method", "");
    line.code = record.string_or("code", "");
    if (made) line.parent = record.string_or("parent", "");
    line.begin = record.uint_or("started_ns", 0);
    line.total = record.uint_or("total_ns", 0);
    const Value* stages = record.find("stages");
    line.known = stages != nullptr && stages->as_map() != nullptr;
    for (const Stage& stage : kStages) line.stages[stage.key] = line.known ? stages->uint_or(stage.key, 0) : 0;
  }
  std::vector<Line> out;
  for (auto& [span, line] : lines) out.push_back(std::move(line));
  std::ranges::stable_sort(out, {}, &Line::begin);
  return out;
}

// A call below the one that it was made for; those of one call in the order of time.
void place(const std::vector<Line>& all, const std::string& parent, std::size_t depth, std::vector<Line>& out) {
  for (const Line& line : all) {
    const bool here = depth == 0 ? std::ranges::find(all, line.parent, &Line::span) == all.end() || line.parent.empty()
                                 : line.parent == parent;
    if (!here || out.size() > all.size()) continue;
    out.push_back(line);
    out.back().depth = depth;
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
  for (const Stage& stage : kStages) {
    time += line.stages.at(stage.key);
    if (line.known) fill(column(time), stage.mark);
  }
  fill(std::max(column(line.begin + line.total), std::min(at + 1, width)), line.known ? "·" : "?");
  return bar;
}

std::string where_of(const Line& line) {
  if (!line.known) return "unknown";
  std::string out;
  for (const Stage& stage : kStages) {
    const std::uint64_t ns = line.stages.at(stage.key);
    if (ns * 50 >= line.total && ns > 0)
      out += (out.empty() ? "" : ", ") + std::string(stage.name) + " " + time_text(ns);
  }
  return out;
}

}  // namespace

std::string waterfall(const Value::Array& records, std::size_t width) {
  const std::vector<Line> all = merged(records);
  std::vector<Line> lines;
  place(all, "", 0, lines);
  if (lines.empty()) return "Nothing of that trace is recorded any more.\n";
  std::uint64_t from = lines.front().begin;
  std::uint64_t until = 0;
  for (const Line& line : lines) {
    from = std::min(from, line.begin);
    until = std::max(until, line.begin + line.total);
  }
  Table table({"MODULE", "METHOD", "TOTAL", "", "", "WHERE"});
  for (const Line& line : lines) {
    table.add({std::string(2 * line.depth, ' ') + line.module, line.method, time_text(line.total), line.code,
               bar_of(line, from, until - from, width), where_of(line)});
  }
  return table.text();
}

}  // namespace status::cli
