#include "supervisor/process/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "ipc/base/clock.h"

namespace status::supervisor {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && value > 0 ? std::optional(value) : std::nullopt;
}

// Of another process than the one that was started, when WATCHDOG_PID says so.
std::optional<std::chrono::microseconds> watchdog_of_environment() {
  const std::string_view pid = variable("WATCHDOG_PID");
  if (!pid.empty() && number(pid) != ::getpid()) return std::nullopt;
  const auto usec = number(variable("WATCHDOG_USEC"));
  return usec ? std::optional(std::chrono::microseconds(*usec)) : std::nullopt;
}

}  // namespace

ServiceManager::ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {
  if (!socket_.empty()) sender_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

ServiceManager ServiceManager::from_environment() {
  return ServiceManager(std::string(variable("NOTIFY_SOCKET")), watchdog_of_environment());
}

void ServiceManager::ready() {
  if (!std::exchange(ready_, true)) say("READY=1");
}

void ServiceManager::reloading() {
  if (!std::exchange(ready_, false)) return;
  // The time tells this reload from one before it, and has to be in the same message.
  say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_ns() / 1'000));
}

void ServiceManager::status(std::string_view line) {
  if (line == status_) return;
  status_ = line;
  say("STATUS=" + status_);
}

void ServiceManager::pet() {
  if (watchdog_) say("WATCHDOG=1");
}

void ServiceManager::say(std::string_view assignment) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!sender_ || socket_.size() >= sizeof(address.sun_path)) return;
  std::ranges::copy(socket_, address.sun_path);
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  (void)::sendto(sender_.get(), assignment.data(), assignment.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace status::supervisor
