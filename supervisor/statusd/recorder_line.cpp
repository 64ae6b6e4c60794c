#include "supervisor/statusd/recorder_line.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace status::supervisor {

Result<UniqueFd> RecorderLine::open() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(errno_error(errno, "socketpair of the recorders"));
  }
  ours_.reset(ends[0]);
  due_.clear();
  return UniqueFd(ends[1]);
}

void RecorderLine::begin(std::size_t modules) {
  for (std::size_t i = 0; i < modules; ++i) due_.insert(i);
  flush();
}

void RecorderLine::changed(std::size_t module) {
  due_.insert(module);
  flush();
}

void RecorderLine::flush() {
  if (!ours_) return;
  while (!due_.empty()) {
    const auto recorder = recorders_(*due_.begin());
    if (recorder && !tell(*recorder)) return;
    due_.erase(due_.begin());
  }
}

bool RecorderLine::tell(const Recorder& recorder) const {
  std::string text = recorder.module + " " + std::to_string(recorder.generation);
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &recorder.file, sizeof(int));
  // A gateway that is gone gets a new line; only one that does not read just now is told later.
  return ::sendmsg(ours_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

}  // namespace status::supervisor
