#include "supervisor/statusd/journal.h"

#include <poll.h>
#include <unistd.h>

namespace status::supervisor {
namespace {

// A terminal that was stopped (Ctrl-S) or a pipe that nobody reads must not stop the supervisor: what would block is
// dropped. The log file has it all the same.
void print(int descriptor, std::string_view line) {
  pollfd state{descriptor, POLLOUT, 0};
  if (::poll(&state, 1, 0) != 1 || (state.revents & POLLOUT) == 0) return;
  const std::string text = std::string(line.substr(0, 4000)) + "\n";
  if (::write(descriptor, text.data(), text.size()) < 0) return;
}

}  // namespace

Journal::Journal(std::string path, LogLimits limits, const Clock& clock, bool terminal)
    : clock_(clock), file_(std::move(path), limits, clock), terminal_(terminal) {}

void Journal::say(std::string_view level, std::string_view message, std::string_view module, std::uint64_t generation) {
  file_.append(log_line(clock_, level, module.empty() ? "statusd" : module, generation, message));
}

void Journal::warn_operator(std::string_view message) {
  say("warn", message);
  print(STDERR_FILENO, "statusd: " + std::string(message));
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
  if (terminal_) print(STDOUT_FILENO, std::string(module) + ": " + text);
}

}  // namespace status::supervisor
