// Reads one output of a module, line by line. Runs on the loop's thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "ipc/base/unique_fd.h"
#include "ipc/control/line_buffer.h"
#include "supervisor/process/guarded.h"

namespace status::supervisor {

// One that writes more than it may costs the loop little: each turn reads one portion, and after a portion of which
// something was dropped the pipe rests, so that its writer waits and nobody else does.
class LogPipe {
 public:
  static constexpr std::size_t kPortion = 8 * 1024;
  static constexpr std::chrono::milliseconds kRest{2};
  static constexpr std::size_t kMaxLine = 16 * 1024;  // a longer one becomes several

  // Returns false when the line was dropped. Must not destroy the pipe.
  using OnLine = std::function<bool(const std::string&)>;
  LogPipe(boost::asio::io_context& loop, UniqueFd pipe, OnLine on_line);
  // After the module's death: what it had written and nobody has read yet, the unfinished last line too.
  void read_rest();

  // As ControlChannel's.
  int descriptor() { return pipe_.native_handle(); }
  std::string partial_line() const { return lines_.partial(); }
  void resume_line(std::string_view beginning) { lines_.append(beginning); }

 private:
  void read();
  void read_after_rest();
  // False: some of it was dropped.
  bool deliver(std::size_t bytes);

  boost::asio::posix::stream_descriptor pipe_;
  boost::asio::steady_timer resting_;
  OnLine on_line_;
  ipc::control::LineBuffer lines_{kMaxLine, ipc::control::LineBuffer::Overflow::split};
  std::array<char, kPortion> chunk_;
  Guard guard_;
};

}  // namespace status::supervisor
