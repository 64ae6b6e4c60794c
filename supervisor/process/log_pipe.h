// Reads one output of a module into its log. Runs on the loop's thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <string>

#include "ipc/base/unique_fd.h"
#include "ipc/control/line_buffer.h"
#include "supervisor/process/guarded.h"

namespace status::supervisor {

class LogPipe {
 public:
  static constexpr std::size_t kMaxLine = 16 * 1024;  // a longer one becomes several

  // `on_line` must not destroy the pipe.
  LogPipe(boost::asio::io_context& loop, UniqueFd pipe, std::function<void(const std::string&)> on_line);
  // After the module's death: what it had written and nobody has read yet, the unfinished last line too.
  void read_rest();

 private:
  void read();
  void deliver(std::size_t bytes);

  boost::asio::posix::stream_descriptor pipe_;
  std::function<void(const std::string&)> on_line_;
  ipc::control::LineBuffer lines_{kMaxLine, ipc::control::LineBuffer::Overflow::split};
  std::array<char, 32 * 1024> chunk_;
  Guard guard_;
};

// What goes into the log for a line that a module wrote: the line itself when it is a JSON object, else an object
// around it.
std::string as_log_object(const std::string& line, std::string_view stream, std::string_view module,
                          std::uint64_t generation, std::int64_t time_ms);

}  // namespace status::supervisor
