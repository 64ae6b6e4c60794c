// statusctl blame: whom front ends wait for, or who uses how much of the machine; and who owns it.
#include <cstdio>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/reply_view.h"
#include "supervisor/cli/statusctl/time_text.h"

namespace status::cli {
namespace {

// A row with less of the whole is not worth a line for people; programs get all.
constexpr double kWorthALine = 0.005;

std::string number(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string share_of(const Value& row) { return number("%.1f %%", row.double_or("share", 0) * 100); }

void print_time(const Value& reply) {
  const std::uint64_t calls = reply.uint_or("calls", 0);
  std::printf("%s calls of front ends in %s, which waited %s together\n", std::to_string(calls).c_str(),
              duration_text(static_cast<std::uint64_t>(reply.double_or("seconds", 0) * 1'000)).c_str(),
              number("%.2f s", reply.double_or("waited_seconds", 0)).c_str());
  if (calls == 0) return;
  Table table({"SHARE", "MODULE", "STAGE", "OWNER", "CALLS", "P50", "P99", "TREND", "TRACE"});
  std::string sentences;
  for (const Value& row : list_of(reply, "rows")) {
    if (row.double_or("share", 0) < kWorthALine) continue;
    const std::string module = row.string_or("module", "");
    const std::string stage = row.string_or("stage", "");
    table.add({share_of(row), module, stage, row.string_or("owner", ""), std::to_string(row.uint_or("count", 0)),
               number("%.2f ms", row.double_or("p50_ms", 0)), number("%.2f ms", row.double_or("p99_ms", 0)),
               row.string_or("trend", ""), row.string_or("trace", "")});
    sentences += module + " " + stage + ": " + row.string_or("why", "") + "\n";
  }
  std::printf("%s\n%s", table.text().c_str(), sentences.c_str());
}

void print_resource(const Value& reply) {
  Table table({"SHARE", "MODULE", "OWNER", "USE"});
  for (const Value& row : list_of(reply, "rows")) {
    table.add({share_of(row), row.string_or("module", ""), row.string_or("owner", ""), row.string_or("why", "")});
  }
  std::fputs(table.text().c_str(), stdout);
}

}  // namespace

int run_blame(const Shell& shell, const BlameWish& wish) {
  const auto since = parse_span(wish.since);
  if (!since) {
    std::fprintf(stderr, "statusctl: --since %s: it must be a number and s or m, such as 5m\n", wish.since.c_str());
    return kUsage;
  }
  Value params = Value::map({{"since_ms", static_cast<std::uint64_t>(since->count())}});
  if (!wish.method.empty()) params.set("method", wish.method);
  if (!wish.resource.empty()) params.set("resource", wish.resource);
  const bool time = wish.resource.empty();
  return time ? view(shell, "supervisor.blame", params, print_time)
              : view(shell, "supervisor.blame_resource", params, print_resource);
}

}  // namespace status::cli
