// statusctl trace ID | trace slow [METHOD] | flight [MODULE]: what the flight recorders hold.
#include <cstdio>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/reply_view.h"
#include "supervisor/cli/statusctl/time_text.h"
#include "supervisor/cli/statusctl/trace_export.h"
#include "supervisor/cli/statusctl/waterfall.h"

namespace status::cli {
namespace {

constexpr std::uint64_t kDayMs = 86'400'000;
constexpr std::uint64_t kSlowest = 20;

std::string ms_text(std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(ns) * 1e-6);
  return text;
}

Result<Value> span_of(const std::string& since) {
  const auto span = parse_span(since);
  if (!span) {
    return fail(Code::invalid_argument, "cli.bad_time", "--since " + since + ": it must be a span such as 30s, 5m, 2h");
  }
  return Value::map({{"since_ms", static_cast<std::uint64_t>(span->count())}});
}

int wrong(const Error& error) {
  std::fprintf(stderr, "statusctl: %s\n", error.message.c_str());
  return kUsage;
}

// In another tool's format if one is named; else for people, as `text` makes it of the answer.
int show(const Shell& shell, const Value& params, const std::string& format, std::string (*text)(const Value& reply)) {
  const auto print = [&](const Value& reply) { std::fputs(text(reply).c_str(), stdout); };
  const auto print_format = [&](const Value& reply) {
    std::fputs("statusctl: whoever gets this learns who talked when, how often, and in messages of what size\n",
               stderr);
    print_json(format == "chrome" ? chrome_trace(reply) : otlp_trace(reply), false);
  };
  if (format.empty()) return view(shell, "supervisor.flight", params, print);
  Shell formatted = shell;
  formatted.json = false;  // it is JSON of another kind
  return view(formatted, "supervisor.flight", params, print_format);
}

std::string steps_of(const Value& reply) {
  const Value::Array& steps = list_of(reply, "steps");
  if (steps.empty()) return {};
  Table table({"TIME", "MODULE", "MESSAGE", "NAME"});
  for (const Value& step : steps) {
    const std::string message = step.string_or("message", "");
    table.add({clock_text(step.int_or("time_ms", 0)), step.string_or("module", ""), step.string_or("step", ""),
               message.empty() ? step.string_or("hash", "") : message});
  }
  return "\n" + table.text();
}

std::string table_of(const Value::Array& records) {
  Table table({"TIME", "MODULE", "", "METHOD", "PEER", "CODE", "TOTAL", "TRACE"});
  for (const Value& record : records) {
    table.add({clock_text(record.int_or("time_ms", 0)), record.string_or("module", ""), record.string_or("side", ""),
               record.string_or("method", ""), record.string_or("peer", ""), record.string_or("code", ""),
               ms_text(record.uint_or("total_ns", 0)), record.string_or("trace", "")});
  }
  return table.text();
}

}  // namespace

int run_trace(const Shell& shell, const FlightWish& wish) {
  return show(shell, Value::map({{"trace", wish.trace}, {"since_ms", kDayMs}, {"limit", 5'000}}), wish.format,
              [](const Value& reply) -> std::string { return waterfall(list_of(reply, "records")) + steps_of(reply); });
}

int run_trace_slow(const Shell& shell, const FlightWish& wish) {
  Result<Value> params = span_of(wish.since);
  if (!params) return wrong(params.error());
  params->set("module", "gateway");  // what front ends saw
  if (!wish.method.empty()) params->set("method", wish.method);
  params->set("order", "slowest");
  params->set("limit", 4 * kSlowest);
  return show(shell, *params, wish.format, [](const Value& reply) {
    Value::Array calls;
    for (const Value& record : list_of(reply, "records")) {
      if (record.string_or("side", "") == "answered" && calls.size() < kSlowest) calls.push_back(record);
    }
    return table_of(calls);
  });
}

int run_flight(const Shell& shell, const FlightWish& wish) {
  Result<Value> params = span_of(wish.since);
  if (!params) return wrong(params.error());
  if (!wish.module.empty()) params->set("module", wish.module);
  if (!wish.method.empty()) params->set("method", wish.method);
  params->set("limit", wish.limit);
  return show(shell, *params, wish.format, [](const Value& reply) { return table_of(list_of(reply, "records")); });
}

}  // namespace status::cli
