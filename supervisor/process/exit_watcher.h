// Announces the death of one child. Runs on the loop's thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

#include "ipc/base/unique_fd.h"
#include "supervisor/process/exit_report.h"
#include "supervisor/process/guarded.h"

namespace status::supervisor {

class ExitWatcher {
 public:
  // `on_exit` is called once, within milliseconds of the death, with the child's process group ended; the child is
  // reaped when it returns. It may destroy the watcher.
  ExitWatcher(boost::asio::io_context& loop, pid_t pid, UniqueFd pidfd, std::function<void(const ExitReport&)> on_exit);
  // Sends through the pidfd: never to a stranger that got the same number.
  void signal(int signal);
  int descriptor() { return pidfd_.native_handle(); }

 private:
  void wait();

  pid_t pid_;
  boost::asio::posix::stream_descriptor pidfd_;
  std::function<void(const ExitReport&)> on_exit_;
  Guard guard_;
};

}  // namespace status::supervisor
