#include "supervisor/cli/statusctl/top_table.h"

#include <algorithm>
#include <cstdio>

#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

constexpr std::size_t kBar = 24;

struct Stage {
  const char* key;
  const char* mark;
};
constexpr Stage kStages[] = {{"queue_ns", "q"},   {"handler_ns", "h"}, {"persist_ns", "p"},
                             {"backend_ns", "b"}, {"other_ns", "o"},   {"send_ns", "·"}};

std::string number(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string bar_of(const Value* stages) {
  if (stages == nullptr) return "";
  double all = 0;
  for (const Stage& stage : kStages) all += static_cast<double>(stages->uint_or(stage.key, 0));
  std::string bar;
  std::size_t drawn = 0;
  double sum = 0;
  for (const Stage& stage : kStages) {
    sum += static_cast<double>(stages->uint_or(stage.key, 0));
    const auto until = all == 0 ? 0 : static_cast<std::size_t>(sum / all * kBar + 0.5);
    for (; drawn < until; ++drawn) bar += stage.mark;
  }
  return bar;
}

double measure_of(const Value& row, TopOrder order) {
  switch (order) {
    case TopOrder::name:
      return 0;
    case TopOrder::rate:
      return row.double_or("calls_per_second", 0);
    case TopOrder::errors:
      return row.double_or("errors_per_second", 0);
    case TopOrder::latency:
      return row.double_or("p99_ms", 0);
    case TopOrder::memory:
      return row.double_or("anonymous_bytes", 0);
    case TopOrder::cpu:
      return row.double_or("cpu_share", 0);
    case TopOrder::restarts:
      return row.double_or("restarts", 0);
  }
  return 0;
}

}  // namespace

std::vector<Value> ordered(const Value& reply, TopOrder order) {
  const Value* rows = reply.find("rows");
  std::vector<Value> out;
  if (rows != nullptr && rows->as_array() != nullptr) out.assign(rows->as_array()->begin(), rows->as_array()->end());
  std::ranges::stable_sort(out, std::greater<>(), [order](const Value& row) { return measure_of(row, order); });
  return out;
}

std::string top_table(const std::vector<Value>& rows, std::size_t chosen) {
  Table table({" ", "MODULE", "STATE", "CALLS/S", "ERRORS/S", "P50", "P99", "WHERE TIME GOES", "QUEUE", "BUSY", "CPU",
               "MEMORY", "RESTARTS"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Value& row = rows[i];
    table.add({i == chosen ? ">" : " ", row.string_or("module", ""), row.string_or("state", ""),
               number("%.1f", row.double_or("calls_per_second", 0)),
               number("%.1f", row.double_or("errors_per_second", 0)), number("%.2f ms", row.double_or("p50_ms", 0)),
               number("%.2f ms", row.double_or("p99_ms", 0)), bar_of(row.find("stages")),
               std::to_string(row.uint_or("queue_depth", 0)), number("%.1f s", row.double_or("busy_seconds", 0)),
               number("%.0f %%", row.double_or("cpu_share", 0) * 100), size_text(row.uint_or("anonymous_bytes", 0)),
               std::to_string(row.uint_or("restarts", 0))});
  }
  return table.text();
}

}  // namespace status::cli
