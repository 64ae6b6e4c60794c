// statusctl message NAME | messages: the way of one message, and where those stand that have not arrived.
#include <cstdio>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/reply_view.h"

namespace status::cli {
namespace {

std::string ms_text(std::uint64_t us) {
  char text[32];
  std::snprintf(text, sizeof text, "+%.2f ms", static_cast<double>(us) * 1e-3);
  return text;
}

void print_line(const char* name, const std::string& text) {
  if (!text.empty()) std::printf("%-15s %s\n", name, text.c_str());
}

void print_message(const Value& reply) {
  print_line("message", reply.string_or("id", ""));
  for (const Value& hash : list_of(reply, "hashes")) print_line("hash", hash.as_string() ? *hash.as_string() : "");
  print_line("delivery trace", reply.string_or("delivery_trace", ""));
  print_line("call trace", reply.string_or("call_trace", ""));
  const std::string slowest = reply.string_or("slowest", "");
  Table table({"TIME", "STEP", "BY", "AFTER", ""});
  for (const Value& stop : list_of(reply, "stops")) {
    const std::string step = stop.string_or("step", "");
    table.add({clock_text(stop.int_or("time_ms", 0)), step, stop.string_or("module", ""),
               ms_text(stop.uint_or("after_us", 0)), step == slowest ? "the slowest" : ""});
  }
  const std::string owner = reply.string_or("owner", "");
  std::printf("\n%s\n%s%s\n", table.text().c_str(), reply.string_or("why", "").c_str(),
              owner.empty() ? "" : (" (owner: " + owner + ")").c_str());
}

void print_messages(const Value& reply) {
  Table passed({"STEP", "MESSAGES"});
  for (const Value& each : list_of(reply, "passed")) {
    passed.add({each.string_or("step", ""), std::to_string(each.uint_or("messages", 0))});
  }
  std::printf("%s\n", passed.text().c_str());
  const Value::Array& standings = list_of(reply, "standings");
  Table table({"MODULE", "OWNER", "AFTER", "MESSAGES", "OVERDUE", "OLDEST", "NAME"});
  for (const Value& each : standings) {
    table.add({each.string_or("module", ""), each.string_or("owner", ""), each.string_or("step", ""),
               std::to_string(each.uint_or("messages", 0)), std::to_string(each.uint_or("overdue", 0)),
               duration_text(each.uint_or("oldest_ms", 0)), each.string_or("oldest", "")});
  }
  if (!standings.empty()) std::fputs(table.text().c_str(), stdout);
  std::printf("%s, %s with other nodes for peers that have not said that they have them\n",
              standings.empty() ? "No module has to go on with any message" : "These are under way",
              std::to_string(reply.uint_or("away", 0)).c_str());
  const std::uint64_t lost = reply.uint_or("lost_records", 0);
  if (lost != 0)
    std::printf("%s steps were overwritten before they were read, and are missing\n", std::to_string(lost).c_str());
}

}  // namespace

int run_message(const Shell& shell, const std::string& name) {
  return view(shell, "supervisor.find_message", Value::map({{"name", name}}), print_message);
}

int run_messages(const Shell& shell) { return view(shell, "supervisor.custody", Value::Map(), print_messages); }

}  // namespace status::cli
