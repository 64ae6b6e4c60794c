// The supervisor's end of a module's control line. Runs on the loop's thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "ipc/base/unique_fd.h"
#include "ipc/control/control_line.h"
#include "supervisor/process/guarded.h"

namespace status::supervisor {

class ControlChannel {
 public:
  // Lines that a module does not read wait here, up to this many bytes.
  static constexpr std::size_t kMaxQueued = 1 << 20;

  struct Callbacks {
    std::function<void(const ipc::control::FromModule&)> message;  // may destroy the channel
    std::function<void(const std::string&)> problem;  // a line that is no message or cannot be sent, for the log
  };

  ControlChannel(boost::asio::io_context& loop, UniqueFd socket, Callbacks callbacks);

  // too_long: the line is longer than kMaxLineBytes and will be next time; no_room: the queue is full, or the other end
  // is gone. Of both nothing was sent.
  enum class Sent : std::uint8_t { queued, too_long, no_room };
  // In order.
  Sent send(const ipc::control::ToModule& message);
  // The same, but it may wait for the next send() or write(): lines that belong together arrive together.
  Sent queue(const ipc::control::ToModule& message);
  void write();
  std::size_t queued_bytes() const { return queued_bytes_; }

  // For another image of the supervisor: what is open, and the beginning of a line that has not ended.
  int descriptor() { return socket_.native_handle(); }
  std::string partial_line() const { return lines_.partial(); }
  // Before the loop turns: goes on where another channel stopped.
  void resume_line(std::string_view beginning) { lines_.append(beginning); }
  // After the module's death: delivers what it had said and nobody has read yet. The message callback must not destroy
  // the channel meanwhile.
  void read_rest();

 private:
  void read();
  // As much as the other end has room for.
  void write_some(boost::system::error_code& error);
  // False when a callback destroyed the channel.
  bool deliver(std::size_t bytes);

  boost::asio::local::stream_protocol::socket socket_;
  Callbacks callbacks_;
  ipc::control::LineBuffer lines_;
  std::array<char, 16 * 1024> chunk_;
  std::deque<std::string> queue_;
  std::size_t front_sent_ = 0;  // bytes of the first of them
  std::size_t queued_bytes_ = 0;
  bool waiting_ = false;  // for the other end to have room
  bool broken_ = false;
  Guard guard_;
};

}  // namespace status::supervisor
