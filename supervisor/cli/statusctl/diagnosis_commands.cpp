#include <CLI/CLI.hpp>

#include "supervisor/cli/statusctl/command_words.h"

namespace status::cli {
namespace {

void add_faults(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* fault = app.add_subcommand("fault", "Faults in the modules of a node that runs with --allow-faults");
  fault->require_subcommand(1);
  CLI::App* add = fault->add_subcommand("add", "Put one in, until it is cleared or the node ends");
  add->add_option("method", words.fault.method, "Which calls it hits: chat.send_message, chat.*")->required();
  add->add_option("--stage", words.fault.stage, "Where it strikes: queue, handler, persist or backend")
      ->check(CLI::IsMember({"queue", "handler", "persist", "backend"}))
      ->capture_default_str();
  add->add_option("--percent", words.fault.percent, "How many of a hundred calls it hits")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  CLI::Option_group* kind = add->add_option_group("kind", "What it does");
  kind->require_option(1);
  const auto chosen_kind = [&words](const char* name) {
    return [&words, name](const auto&) { words.fault.kind = name; };
  };
  kind->add_option("--delay", words.fault.measure, "Wait, such as 200ms")->each(chosen_kind("delay"));
  kind->add_option("--leak", words.fault.measure, "Keep so much memory a call, such as 1M")->each(chosen_kind("leak"));
  kind->add_option("--flood", words.fault.lines, "Write so many lines to the log a call")->each(chosen_kind("flood"));
  kind->add_flag_callback(
      "--fail", [&words] { words.fault.kind = "fail"; }, "Answer INTERNAL `fault.injected`");
  kind->add_flag_callback(
      "--hang", [&words] { words.fault.kind = "hang"; }, "Wait until the fault is cleared");
  kind->add_flag_callback(
      "--crash", [&words] { words.fault.kind = "crash"; }, "End the process with SIGABRT");
  kind->add_flag_callback(
      "--drop", [&words] { words.fault.kind = "drop"; }, "Never answer");
  add->callback([&] { chosen = [&words](const Shell& shell) { return run_fault_add(shell, words.fault); }; });
  fault->add_subcommand("list", "Those that were put in")->callback([&] { chosen = run_fault_list; });
  CLI::App* clear = fault->add_subcommand("clear", "End one, or all; calls that hang in them go on");
  clear->add_option("id", words.id, "Its number in the list (default: all)");
  clear->callback([&] {
    chosen = [&words](const Shell& shell) {
      return run_fault_clear(shell, words.id == 0 ? std::nullopt : std::optional(words.id));
    };
  });
}

void add_blame(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* blame = app.add_subcommand("blame", "Whom front ends wait for, and who owns it");
  blame->add_option("--since", words.blame.since, "How far to look back: 10s to 30m")->capture_default_str();
  CLI::Option* method = blame->add_option("--method", words.blame.method, "Only calls of this method (default: all)")
                            ->type_name("METHOD");
  blame->add_option("--resource", words.blame.resource, "Instead of time: who uses how much of the machine")
      ->check(CLI::IsMember({"cpu", "memory", "network", "disk"}))
      ->excludes(method);
  blame->callback([&] { chosen = [&words](const Shell& shell) { return run_blame(shell, words.blame); }; });
}

void add_top(CLI::App& app, Command& chosen) {
  app.add_subcommand("top", "What every module is doing, live")->callback([&] { chosen = run_top; });
}

void add_format(CLI::App& command, Words& words) {
  command.add_option("--format", words.flight.format, "For another tool: chrome (Perfetto opens it) or otlp, as JSON")
      ->check(CLI::IsMember({"chrome", "otlp"}));
}

void add_flights(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* trace = app.add_subcommand("trace", "Where one call spent its time, through all modules");
  trace->add_option("id", words.flight.trace, "Its trace id, or `slow` for a list of the slowest calls")->required();
  trace->add_option("method", words.flight.method, "Of `slow`: only calls of this method");
  trace->add_option("--since", words.flight.since, "Of `slow`: how far to look back")->capture_default_str();
  add_format(*trace, words);
  trace->callback([&] {
    chosen = [&words](const Shell& shell) {
      return words.flight.trace == "slow" ? run_trace_slow(shell, words.flight) : run_trace(shell, words.flight);
    };
  });
  CLI::App* flight = app.add_subcommand("flight", "The calls that modules have recorded, also those that died");
  flight->add_option("module", words.flight.module, "Name of the module (default: all)");
  flight->add_option("--since", words.flight.since, "How far to look back")->capture_default_str();
  flight->add_option("--method", words.flight.method, "Only calls of this method")->type_name("METHOD");
  flight->add_option("--limit", words.flight.limit, "How many at most")
      ->check(CLI::Range(1, 5'000))
      ->capture_default_str();
  add_format(*flight, words);
  flight->callback([&] { chosen = [&words](const Shell& shell) { return run_flight(shell, words.flight); }; });
}

void add_messages(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* message = app.add_subcommand("message", "The way that a message has come, and which module has it");
  message->add_option("name", words.subject, "Its message_id, its message_hash, or the trace of its delivery")
      ->required();
  message->callback([&] { chosen = [&words](const Shell& shell) { return run_message(shell, words.subject); }; });
  app.add_subcommand("messages", "Where the messages are that have not arrived")->callback([&] {
    chosen = run_messages;
  });
}

}  // namespace

void add_diagnosis(CLI::App& app, Words& words, Command& chosen) {
  add_blame(app, words, chosen);
  add_top(app, chosen);
  add_flights(app, words, chosen);
  add_messages(app, words, chosen);
  add_faults(app, words, chosen);
}

}  // namespace status::cli
