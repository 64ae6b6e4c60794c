// statusctl why MODULE: its last transitions and its last death, on one screen; from statusd's files when no gateway
// answers, which is when an operator asks most.
#include <algorithm>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/crash_report.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/offline.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/symbols.h"
#include "supervisor/records/node_files.h"

namespace status::cli {
namespace {

constexpr std::size_t kTransitions = 10;
constexpr std::size_t kDeaths = 5;
// A gateway that is stopped takes the connection and says nothing; one that works answers at once.
constexpr std::uint32_t kPatienceMs = 2'000;

struct Deaths {
  Value last;             // with names in its stacks; null when the module never died
  Value::Array repeated;  // see repeated_methods()
};

Deaths deaths_of(const Shell& shell, const std::string& module) {
  std::vector<Value> crashes = records::read_crashes(shell.place.crash() + "/" + module, kDeaths);
  if (crashes.empty()) return {};
  Deaths deaths{.last = {}, .repeated = repeated_methods(crashes)};
  deaths.last = std::move(crashes.front());
  add_symbols(deaths.last, {shell.place.data_dir + "/profiles", shell.place.run_dir});
  return deaths;
}

// Its last transitions, oldest first; none when no gateway answers.
Value::Array last_transitions(Session& session, const std::string& module) {
  Value::Array found;
  api::StreamRequest request;
  request.cursor = "0";
  request.max = 1'000;
  request.topics = {"supervisor.module_state"};
  while (true) {
    const Result<Value> reply = session.call("supervisor.events.next", api::to_value(request));
    const Result<api::StreamReply> page = reply ? api::from_value<api::StreamReply>(*reply, api::Mode::lenient)
                                                : Result<api::StreamReply>(fail(reply.error()));
    if (!page || page->events.empty()) break;
    for (const api::StreamEvent& event : page->events) {
      if (event.data.string_or("module", "") != module) continue;
      Value transition = event.data;
      transition.set("time_ms", event.time_ms);
      transition.set("generation", event.generation);
      found.push_back(std::move(transition));
    }
    request.cursor = page->cursor;
  }
  if (found.size() > kTransitions) found.erase(found.begin(), found.end() - kTransitions);
  return found;
}

void print(const std::string& title, const Value::Array& transitions, const Deaths& deaths) {
  Screen screen;
  screen.add(title);
  const std::size_t shown = std::min(transitions.size(), small_share(screen));
  for (auto each = transitions.end() - static_cast<std::ptrdiff_t>(shown); each != transitions.end(); ++each) {
    screen.add("  " + clock_text(each->int_or("time_ms", 0)) + "  " + each->string_or("from", "") + " → " +
               each->string_or("to", "") + "  " + each->string_or("cause", ""));
  }
  if (deaths.last.is_null()) {
    screen.add("It has never died.");
  } else {
    show_crash(screen, deaths.last, deaths.repeated);
  }
  std::fputs(screen.text().c_str(), stdout);
}

// Nobody listens, or who does is stopped or goes away under the call; no answer of the node itself.
bool is_silence(const Error& error) {
  if (error.reason == "cli.no_node") return true;
  return error.module.empty() && (error.code == Code::unavailable || error.code == Code::deadline_exceeded);
}

int why_offline(const Shell& shell, const std::string& module, const Error& silence) {
  const Value::Array transitions = logged_transitions(shell.place, module, kTransitions);
  const Deaths deaths = deaths_of(shell, module);
  const std::int64_t statusd = running_statusd(shell.place);
  if (transitions.empty() && deaths.last.is_null()) return report(silence);
  // That nobody answers is the finding, not a failure, as long as there is a node.
  const int code = statusd == 0 ? kNoNode : kDone;
  if (shell.json) {
    print_json(Value::map({{"module", Value()},
                           {"statusd_pid", statusd},
                           {"transitions", transitions},
                           {"last_crash", deaths.last},
                           {"repeated_methods", deaths.repeated}}),
               shell.terminal);
    return code;
  }
  const std::string who = statusd == 0
                              ? "No statusd runs in " + shell.place.data_dir + "."
                              : "statusd runs (pid " + std::to_string(statusd) + "), its gateway does not answer.";
  print(who + " What its files tell of " + module + ":", transitions, deaths);
  return code;
}

}  // namespace

int run_why(const Shell& shell, const std::string& module) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return why_offline(shell, module, session.error());
  const Result<Value> row = session->call("supervisor.module", Value::map({{"name", module}}), kPatienceMs);
  if (!row) return is_silence(row.error()) ? why_offline(shell, module, row.error()) : report(row.error());
  const Value::Array transitions = last_transitions(*session, module);
  const Deaths deaths = deaths_of(shell, module);
  if (shell.json) {
    print_json(Value::map({{"module", *row},
                           {"transitions", transitions},
                           {"last_crash", deaths.last},
                           {"repeated_methods", deaths.repeated}}),
               shell.terminal);
    return kDone;
  }
  const std::string why = row->string_or("why", "");
  print(module + " is " + row->string_or("state", "") + (why.empty() ? "" : " (" + why + ")") + ", generation " +
            std::to_string(row->uint_or("generation", 0)) + "; owner: " + row->string_or("owner", ""),
        transitions, deaths);
  return kDone;
}

}  // namespace status::cli
