#include "ipc/control/module_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

namespace status::ipc::control {

void ModuleChannel::send(const FromModule& message) {
  const std::string line = encode(message);
  std::lock_guard lock(mutex_);
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t sent = ::send(fd_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void ModuleChannel::abort_stuck(const std::string& who) {
  send(Fatal{who + ".nng_stuck", "NNG's reaper hangs: only a new process helps"});
  std::abort();
}

bool ModuleChannel::fill() {
  char buffer[16 * 1024];
  ssize_t got = 0;
  do {
    got = ::recv(fd_, buffer, sizeof(buffer), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  lines_.append({buffer, static_cast<std::size_t>(got)});
  return true;
}

ModuleChannel::Received ModuleChannel::receive(std::chrono::milliseconds patience, int signal_fd) {
  while (true) {
    Result<std::optional<std::string>> line = lines_.next();
    if (line && *line) {
      Result<ToModule> message = decode_to_module(**line);
      // What cannot be read is treated like an unknown type: the caller logs it and goes on.
      if (!message) return {Event::message, Unknown{message.error().message}};
      return {Event::message, std::move(*message)};
    }
    if (!line) return {Event::message, Unknown{line.error().message}};
    pollfd sources[] = {{fd_, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    const int ready = ::poll(sources, 2, static_cast<int>(patience.count()));
    if (ready == 0) return {Event::timeout, {}};
    if (ready < 0) continue;
    if ((sources[1].revents & POLLIN) != 0) return {Event::terminated, {}};
    if (sources[0].revents != 0 && !fill()) return {Event::closed, {}};
  }
}

}  // namespace status::ipc::control
