// statusctl why MODULE: its last transitions and its last death, on one screen; from statusd's files when no gateway
// answers, which is when an operator asks most.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/offline.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

constexpr std::size_t kTransitions = 10;
constexpr std::size_t kLogLines = 10;
// A gateway that is stopped takes the connection and says nothing; one that works answers at once.
constexpr std::uint32_t kPatienceMs = 2'000;

// The newest record, by generation; null when the module never died.
Value last_crash(const Shell& shell, const std::string& module) {
  std::uint64_t newest = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(shell.place.crash() + "/" + module, error)) {
    newest = std::max<std::uint64_t>(newest, std::strtoull(entry.path().stem().c_str(), nullptr, 10));
  }
  std::ifstream file(shell.place.crash() + "/" + module + "/" + std::to_string(newest) + ".json");
  const Result<Value> record = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  return record ? *record : Value();
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

void print_crash(const Value& crash) {
  if (crash.is_null()) {
    std::puts("It has never died.");
    return;
  }
  std::printf("Last death: %s  generation %llu  %s, after %s\n", clock_text(crash.int_or("time_ms", 0)).c_str(),
              static_cast<unsigned long long>(crash.uint_or("generation", 0)), crash.string_or("cause", "").c_str(),
              duration_text(crash.uint_or("uptime_ms", 0)).c_str());
  if (const Value* fatal = crash.find("fatal"); fatal != nullptr && fatal->as_map() != nullptr) {
    std::printf("Its last word: %s: %s\n", fatal->string_or("reason", "").c_str(),
                fatal->string_or("message", "").c_str());
  }
  if (const Value* calls = crash.find("calls_in_flight"); calls != nullptr && calls->as_array() != nullptr) {
    for (const Value& call : *calls->as_array()) {
      std::printf("In flight: %s  for %s  trace %s\n", call.string_or("method", "").c_str(),
                  duration_text(call.uint_or("running_ms", 0)).c_str(), call.string_or("trace_id", "").c_str());
    }
  }
  if (const Value* log = crash.find("log"); log != nullptr && log->as_array() != nullptr && !log->as_array()->empty()) {
    const Value::Array& lines = *log->as_array();
    std::puts("Last lines of its log:");
    for (std::size_t i = lines.size() > kLogLines ? lines.size() - kLogLines : 0; i < lines.size(); ++i) {
      std::printf("  %s\n",
                  lines[i].as_string() != nullptr ? lines[i].as_string()->c_str() : to_json(lines[i]).c_str());
    }
  }
}

void print_transitions(const Value::Array& transitions) {
  for (const Value& transition : transitions) {
    std::printf("  %s  %s → %s  %s\n", clock_text(transition.int_or("time_ms", 0)).c_str(),
                transition.string_or("from", "").c_str(), transition.string_or("to", "").c_str(),
                transition.string_or("cause", "").c_str());
  }
}

// Nobody listens, or who does is stopped or goes away under the call; no answer of the node itself.
bool is_silence(const Error& error) {
  if (error.reason == "cli.no_node") return true;
  return error.module.empty() && (error.code == Code::unavailable || error.code == Code::deadline_exceeded);
}

int why_offline(const Shell& shell, const std::string& module, const Error& silence) {
  const Value::Array transitions = logged_transitions(shell.place, module, kTransitions);
  const Value crash = last_crash(shell, module);
  const std::int64_t statusd = running_statusd(shell.place);
  if (transitions.empty() && crash.is_null()) return report(silence);
  // That nobody answers is the finding, not a failure, as long as there is a node.
  const int code = statusd == 0 ? kNoNode : kDone;
  if (shell.json) {
    print_json(
        Value::map(
            {{"module", Value()}, {"statusd_pid", statusd}, {"transitions", transitions}, {"last_crash", crash}}),
        shell.terminal);
    return code;
  }
  if (statusd == 0) {
    std::printf("No statusd runs in %s. What its files tell of %s:\n", shell.place.data_dir.c_str(), module.c_str());
  } else {
    std::printf("statusd runs (pid %lld), its gateway does not answer. What its files tell of %s:\n",
                static_cast<long long>(statusd), module.c_str());
  }
  print_transitions(transitions);
  print_crash(crash);
  return code;
}

}  // namespace

int run_why(const Shell& shell, const std::string& module) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return why_offline(shell, module, session.error());
  const Result<Value> row = session->call("supervisor.module", Value::map({{"name", module}}), kPatienceMs);
  if (!row) return is_silence(row.error()) ? why_offline(shell, module, row.error()) : report(row.error());
  const Value::Array transitions = last_transitions(*session, module);
  const Value crash = last_crash(shell, module);
  if (shell.json) {
    print_json(Value::map({{"module", *row}, {"transitions", transitions}, {"last_crash", crash}}), shell.terminal);
    return kDone;
  }
  std::printf("%s is %s%s, generation %llu; owner: %s\n", module.c_str(), row->string_or("state", "").c_str(),
              row->string_or("why", "").empty() ? "" : (" (" + row->string_or("why", "") + ")").c_str(),
              static_cast<unsigned long long>(row->uint_or("generation", 0)), row->string_or("owner", "").c_str());
  print_transitions(transitions);
  print_crash(crash);
  return kDone;
}

}  // namespace status::cli
