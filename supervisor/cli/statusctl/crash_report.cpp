#include "supervisor/cli/statusctl/crash_report.h"

#include <algorithm>
#include <map>
#include <set>

#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

using Lines = std::vector<std::string>;

const Value::Array& list_of(const Value& map, std::string_view key) {
  static const Value::Array none;
  const Value* found = map.find(key);
  return found != nullptr && found->as_array() != nullptr ? *found->as_array() : none;
}

std::string hex(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

// "std::_Function_handler<void (int), X>::_M_invoke(int)" → "std::_Function_handler<…>::_M_invoke".
std::string short_name(std::string_view function) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)";
  constexpr std::string_view kOperator = "operator";
  std::string out;
  int depth = 0;  // of template arguments and lambdas
  for (std::size_t i = 0; i < function.size(); ++i) {
    const std::string_view rest = function.substr(i);
    const char c = rest.front();
    if (depth == 0 && (rest.starts_with(kAnonymous) || rest.starts_with(kOperator))) {
      const bool is_operator = rest.starts_with(kOperator);
      const std::size_t end = is_operator ? rest.find('(', kOperator.size() + 1) : kAnonymous.size();
      out += rest.substr(0, end);
      if (is_operator) return out;
      i += end - 1;
      continue;
    }
    if (c == '>' || c == '}') --depth;
    if (c == '(' && depth == 0) return out;
    if (depth == 0) out += c;
    if (c == '<' || c == '{') {
      if (depth++ == 0) out += "…";
    }
  }
  return out;
}

// A frame of which no source is known.
std::string place_of(const Value& frame) {
  const std::string object = frame.string_or("object", "");
  if (object.empty()) return "in no known file";
  const Value::Array& near = list_of(frame, "functions");
  return object.substr(object.rfind('/') + 1) + " + " + hex(frame.uint_or("offset", 0)) +
         (near.empty() ? "" : " (near " + short_name(near.front().string_or("name", "")) + ")");
}

bool has_source(const Value& frame) {
  const Value::Array& functions = list_of(frame, "functions");
  return !functions.empty() && functions.front().find("source") != nullptr;
}

Lines frames_of(const Value& thread) {
  Lines lines;
  const auto add = [&lines](const std::string& what) {
    lines.push_back("  #" + std::to_string(lines.size()) + " " + what);
  };
  for (const Value& frame : list_of(thread, "frames")) {
    if (!has_source(frame)) {
      add(place_of(frame));
      continue;
    }
    for (const Value& function : list_of(frame, "functions")) {
      add(short_name(function.string_or("name", "")) + "  " + function.string_or("source", ""));
    }
  }
  return lines;
}

std::string title_of(const Value& thread) {
  std::string out = "thread " + std::to_string(thread.uint_or("tid", 0)) + " " + thread.string_or("name", "");
  const std::string method = thread.string_or("method", "");
  if (!method.empty()) out += ", running " + method + "  trace " + thread.string_or("trace_id", "");
  if (!thread.bool_or("whole", true)) out += " (not whole)";
  return out;
}

// A thread that is not the one in question: where it was, in one line.
std::string summary_of(const Value& thread) {
  std::string out = "  " + title_of(thread) + ":";
  const char* separator = " ";
  for (const Value& frame : list_of(thread, "frames")) {
    const Value::Array& functions = list_of(frame, "functions");
    out += separator + (has_source(frame) ? short_name(functions.front().string_or("name", "")) : place_of(frame));
    separator = " < ";
  }
  return out;
}

void show_head(Screen& screen, const Value& crash, const Value::Array& repeated) {
  const std::uint64_t fault = crash.uint_or("fault_address", 0);
  screen.add("Last death: " + clock_text(crash.int_or("time_ms", 0)) + "  generation " +
             std::to_string(crash.uint_or("generation", 0)) + "  " + crash.string_or("cause", "") +
             (crash.find("fault_address") == nullptr ? "" : " at address " + hex(fault)) + ", after " +
             duration_text(crash.uint_or("uptime_ms", 0)));
  for (std::size_t i = 0; i < std::min(repeated.size(), small_share(screen)); ++i) {
    screen.add(repeated[i].string_or("method", "") + " was in flight in " +
               std::to_string(repeated[i].uint_or("deaths", 0)) + " of its last " +
               std::to_string(repeated[i].uint_or("of", 0)) + " deaths");
  }
  if (const Value* fatal = crash.find("fatal"); fatal != nullptr && fatal->as_map() != nullptr) {
    screen.add("Its last word: " + fatal->string_or("reason", "") + ": " + fatal->string_or("message", ""));
  }
  const Value* used = crash.find("resources");
  if (used == nullptr) return;
  screen.add("Used: " + duration_text(used->uint_or("user_ms", 0) + used->uint_or("system_ms", 0)) +
             " of CPU, at most " + size_text(used->uint_or("max_rss_bytes", 0)) + ", " +
             std::to_string(used->uint_or("major_faults", 0)) + " page reads; build " +
             crash.string_or("build_id", "unknown").substr(0, 16));
}

}  // namespace

std::size_t small_share(const Screen& screen) { return std::max<std::size_t>(screen.rows() / 10, 2); }

Value::Array repeated_methods(const std::vector<Value>& crashes) {
  std::map<std::string, std::uint64_t> deaths;
  for (const Value& crash : crashes) {
    std::set<std::string> methods;
    for (const Value& call : list_of(crash, "calls_in_flight")) methods.insert(call.string_or("method", ""));
    for (const std::string& method : methods) ++deaths[method];
  }
  Value::Array out;
  for (const auto& [method, count] : deaths) {
    if (count < 2) continue;
    out.push_back(Value::map({{"method", method}, {"deaths", count}, {"of", std::uint64_t{crashes.size()}}}));
  }
  // The supervisor asks every module for its metrics: that such a call was in flight says the least.
  const auto rank = [](const Value& method) {
    const bool system = method.string_or("method", "").find("._sys.") != std::string::npos;
    return std::pair(system, -method.int_or("deaths", 0));
  };
  std::ranges::stable_sort(out, {}, rank);
  return out;
}

void show_crash(Screen& screen, const Value& crash, const Value::Array& repeated) {
  const std::size_t share = small_share(screen);
  const std::size_t most = std::max<std::size_t>(screen.rows() / 3, 7) - 1;
  show_head(screen, crash, repeated);
  Lines calls;
  for (const Value& call : list_of(crash, "calls_in_flight")) {
    calls.push_back("In flight: " + call.string_or("method", "") + "  for " +
                    duration_text(call.uint_or("running_ms", 0)) + "  trace " + call.string_or("trace_id", ""));
  }
  screen.add(calls, share, "calls");
  const Value::Array& threads = list_of(crash, "threads");
  if (!threads.empty()) {
    screen.add("Stack of " + title_of(threads.front()) + ":");
    screen.add(frames_of(threads.front()), most, "frames");
    Lines others;
    for (std::size_t i = 1; i < threads.size(); ++i) others.push_back(summary_of(threads[i]));
    screen.add(others, share, "threads");
  }
  const Value::Array& log = list_of(crash, "log");
  if (log.empty()) return;
  const std::size_t lines = threads.empty() ? most : share;
  screen.add("Last lines of its log:");
  for (std::size_t i = log.size() > lines ? log.size() - lines : 0; i < log.size(); ++i) {
    screen.add("  " + (log[i].as_string() != nullptr ? *log[i].as_string() : to_json(log[i])));
  }
}

}  // namespace status::cli
