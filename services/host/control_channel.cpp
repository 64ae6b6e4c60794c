#include "services/host/control_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace status::host {

void ControlChannel::send(const ipc::control::FromModule& message) {
  const std::string line = ipc::control::encode(message);
  std::lock_guard lock(mutex_);
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t sent = ::send(fd_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool ControlChannel::fill() {
  char buffer[16 * 1024];
  ssize_t got = 0;
  do {
    got = ::recv(fd_, buffer, sizeof(buffer), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  lines_.append({buffer, static_cast<std::size_t>(got)});
  return true;
}

ControlChannel::Received ControlChannel::receive(std::chrono::milliseconds patience, int signal_fd) {
  while (true) {
    Result<std::optional<std::string>> line = lines_.next();
    if (line && *line) {
      Result<ipc::control::ToModule> message = ipc::control::decode_to_module(**line);
      // What cannot be read is treated like an unknown type: the caller logs it and goes on.
      if (!message) return {Event::message, ipc::control::Unknown{message.error().message}};
      return {Event::message, std::move(*message)};
    }
    if (!line) return {Event::message, ipc::control::Unknown{line.error().message}};
    pollfd sources[] = {{fd_, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    const int ready = ::poll(sources, 2, static_cast<int>(patience.count()));
    if (ready == 0) return {Event::timeout, {}};
    if (ready < 0) continue;
    if ((sources[1].revents & POLLIN) != 0) return {Event::terminated, {}};
    if (sources[0].revents != 0 && !fill()) return {Event::closed, {}};
  }
}

}  // namespace status::host
