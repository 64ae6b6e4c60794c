#include "supervisor/statusd/journal.h"

#include <iostream>

namespace status::supervisor {

Journal::Journal(std::string path, LogLimits limits, const Clock& clock, bool terminal)
    : clock_(clock), file_(std::move(path), limits, clock), terminal_(terminal) {}

void Journal::say(std::string_view level, std::string_view message, std::string_view module, std::uint64_t generation) {
  file_.append(log_line(clock_, level, module.empty() ? "statusd" : module, generation, message));
}

void Journal::warn_operator(std::string_view message) {
  say("warn", message);
  std::cerr << "statusd: " << message << std::endl;
}

void Journal::transition(std::string_view module, std::string_view from, std::string_view to, std::uint64_t generation,
                         long pid, std::string_view cause) {
  std::string text(from);
  text.append(" → ").append(to);
  if (pid != 0)
    text.append(" (generation ")
        .append(std::to_string(generation))
        .append(", pid ")
        .append(std::to_string(pid))
        .append(")");
  text.append(": ").append(cause);
  say("info", text, module, generation);
  if (terminal_) std::cout << module << ": " << text << std::endl;
}

}  // namespace status::supervisor
