#include "services/host/native/process_guard.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace status::host::native {
namespace {

struct sigaction handler_of(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action;
}

bool same(const struct sigaction& a, const struct sigaction& b) {
  // The C library adds a flag of its own to what it sets.
  constexpr int kFlags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND | SA_RESTART;
  const bool informed = (a.sa_flags & SA_SIGINFO) != 0;
  if (((a.sa_flags ^ b.sa_flags) & kFlags) != 0) return false;
  return informed ? a.sa_sigaction == b.sa_sigaction : a.sa_handler == b.sa_handler;
}

std::string name_of(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

ProcessGuard::ProcessGuard() {
  const std::array signals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGINT, SIGTERM, SIGPIPE, SIGRTMAX - 1};
  for (const int signal : signals) handlers_.emplace_back(signal, handler_of(signal));
}

std::vector<std::string> ProcessGuard::restore() const {
  std::vector<std::string> replaced;
  for (const auto& [signal, ours] : handlers_) {
    if (same(handler_of(signal), ours)) continue;
    ::sigaction(signal, &ours, nullptr);
    replaced.push_back(name_of(signal));
  }
  return replaced;
}

void ProcessGuard::turn_exit_into_abort() const {
  (void)std::atexit([] { std::abort(); });
}

}  // namespace status::host::native
