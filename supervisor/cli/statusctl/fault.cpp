// statusctl fault add METHOD … | list | clear [ID]: faults in the modules of a node that was started with
// --allow-faults.
#include <array>
#include <charconv>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/time_text.h"

namespace status::cli {
namespace {

// A number of bytes with k, M or G for powers of 1,024.
std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> kUnits = {{{"", 0}, {"k", 10}, {"M", 20}, {"G", 30}}};
  for (const auto& [word, shift] : kUnits) {
    if (problem == std::errc() && word == unit && count <= (~std::uint64_t{0} >> shift)) return count << shift;
  }
  return std::nullopt;
}

// What it does besides being of its kind: "200 ms", "1.0 MiB a call".
std::string measure_of(const Value& fault) {
  const std::string kind = fault.string_or("kind", "");
  if (kind == "delay") return std::to_string(fault.uint_or("delay_ms", 0)) + " ms";
  if (kind == "leak") return size_text(fault.uint_or("bytes", 0)) + " a call";
  if (kind == "flood") return std::to_string(fault.uint_or("lines", 0)) + " lines a call";
  return "";
}

void print_table(const Value& reply) {
  const Value* faults = reply.find("faults");
  if (!reply.bool_or("allowed", false)) {
    std::fputs("This node takes no faults: it was started without --allow-faults.\n", stdout);
    return;
  }
  if (faults == nullptr || faults->as_array() == nullptr || faults->as_array()->empty()) {
    std::fputs("No faults.\n", stdout);
    return;
  }
  Table table({"ID", "METHOD", "STAGE", "KIND", "", "HITS"});
  for (const Value& fault : *faults->as_array()) {
    table.add({std::to_string(fault.uint_or("id", 0)), fault.string_or("method", ""), fault.string_or("stage", ""),
               fault.string_or("kind", ""), measure_of(fault), std::to_string(fault.uint_or("percent", 100)) + " %"});
  }
  std::fputs(table.text().c_str(), stdout);
}

}  // namespace

Result<Value> fault_spec(const FaultWish& wish) {
  Value spec =
      Value::map({{"method", wish.method}, {"stage", wish.stage}, {"kind", wish.kind}, {"percent", wish.percent}});
  const auto wrong = [](const std::string& text) { return fail(Code::invalid_argument, "cli.bad_fault", text); };
  if (wish.kind == "delay") {
    const auto delay = parse_span(wish.measure);
    if (!delay) return wrong("--delay " + wish.measure + ": it must be a number and ms, s or m, such as 200ms");
    spec.set("delay_ms", static_cast<std::uint64_t>(delay->count()));
  } else if (wish.kind == "leak") {
    const auto bytes = parse_bytes(wish.measure);
    if (!bytes) return wrong("--leak " + wish.measure + ": it must be a number of bytes, such as 64k or 1M");
    spec.set("bytes", *bytes);
  } else if (wish.kind == "flood") {
    spec.set("lines", wish.lines);
  }
  return spec;
}

int run_fault_add(const Shell& shell, const FaultWish& wish) {
  const Result<Value> spec = fault_spec(wish);
  if (!spec) {
    std::fprintf(stderr, "statusctl: %s\n", spec.error().message.c_str());
    return kUsage;
  }
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> added = session->call("supervisor.add_fault", *spec);
  if (!added) return report(added.error());
  if (shell.json) {
    print_json(*added, shell.terminal);
  } else {
    const std::string id = std::to_string(added->uint_or("id", 0));
    std::printf("fault %s, until: statusctl fault clear %s\n", id.c_str(), id.c_str());
  }
  return kDone;
}

int run_fault_list(const Shell& shell) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> reply = session->call("supervisor.faults", Value(Value::Map{}));
  if (!reply) return report(reply.error());
  shell.json ? print_json(*reply, shell.terminal) : print_table(*reply);
  return kDone;
}

int run_fault_clear(const Shell& shell, std::optional<std::uint64_t> id) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  Value which = Value(Value::Map{});
  if (id) which.set("id", *id);
  const Result<Value> done = session->call("supervisor.clear_faults", which);
  if (!done) return report(done.error());
  if (shell.json) {
    print_json(*done, shell.terminal);
  } else {
    std::printf("cleared: %s\n", std::to_string(done->uint_or("cleared", 0)).c_str());
  }
  return kDone;
}

}  // namespace status::cli
