#include "supervisor/gateway/blame/recorders.h"

#include <sys/socket.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace status::gateway {
namespace {

struct Arrival {
  std::string text;  // "<module> <generation>"
  UniqueFd file;
};

std::optional<Arrival> receive(int line) {
  char text[128];
  iovec part{text, sizeof text};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(line, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got <= 0) return std::nullopt;
  Arrival arrival{std::string(text, static_cast<std::size_t>(got)), {}};
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int file = -1;
    std::memcpy(&file, CMSG_DATA(header), sizeof file);
    arrival.file.reset(file);
  }
  return arrival;
}

}  // namespace

void Recorders::take_in() {
  if (!line_) return;
  while (std::optional<Arrival> arrival = receive(line_.get())) {
    const std::size_t space = arrival->text.find(' ');
    std::uint64_t generation = 0;
    if (space == std::string::npos || !arrival->file) continue;
    const char* end = arrival->text.data() + arrival->text.size();
    if (std::from_chars(arrival->text.data() + space + 1, end, generation).ec != std::errc()) continue;
    auto reader = metrics::flight::Reader::map(arrival->file.get());
    if (!reader) continue;
    Pair& pair = modules_[arrival->text.substr(0, space)];
    if (pair[0].reader != nullptr && pair[0].generation == generation) continue;  // told again
    pair[1] = std::exchange(pair[0], Incarnation{generation, std::move(*reader), 0});
  }
}

void Recorders::read_new(std::string_view module, const Visit& visit) {
  for (auto& [name, pair] : modules_) {
    if (!module.empty() && name != module) continue;
    for (Incarnation* each : {&pair[1], &pair[0]}) {
      if (each->reader == nullptr) continue;
      each->read = each->reader->read(
          each->read, [&](const metrics::flight::Record& record) { visit(name, each->generation, record); });
    }
  }
}

void Recorders::read_all(std::string_view module, const Visit& visit) const {
  for (const auto& [name, pair] : modules_) {
    if (!module.empty() && name != module) continue;
    for (const Incarnation* each : {&pair[1], &pair[0]}) {
      if (each->reader == nullptr) continue;
      each->reader->read(0, [&](const metrics::flight::Record& record) { visit(name, each->generation, record); });
    }
  }
}

}  // namespace status::gateway
