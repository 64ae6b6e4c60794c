#include "supervisor/process/exit_watcher.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace status::supervisor {

ExitWatcher::ExitWatcher(boost::asio::io_context& loop, pid_t pid, UniqueFd pidfd,
                         std::function<void(const ExitReport&)> on_exit)
    : pid_(pid), pidfd_(loop, pidfd.release()), on_exit_(std::move(on_exit)) {
  wait();
}

void ExitWatcher::wait() {
  pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    guard_.wrap([this](const boost::system::error_code& error) {
                      if (error) return;
                      const pid_t pid = pid_;
                      const auto report = report_of(pid);
                      if (!report) return wait();
                      const auto on_exit = std::move(on_exit_);
                      on_exit(*report);
                      // Last: the kernel clears away its folder in /proc, and spins for milliseconds when that meets
                      // the end of a thread of the same process which waits for this very processor.
                      reap(pid);
                    }));
}

void ExitWatcher::signal(int signal) { ::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), signal, nullptr, 0); }

}  // namespace status::supervisor
