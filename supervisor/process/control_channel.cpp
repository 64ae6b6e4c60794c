#include "supervisor/process/control_channel.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <span>

#include "supervisor/process/bounds.h"

namespace status::supervisor {

using namespace ipc::control;

namespace {

constexpr std::size_t kTogether = 16;  // lines in one system call

}  // namespace

ControlChannel::ControlChannel(boost::asio::io_context& loop, UniqueFd socket, Callbacks callbacks)
    : socket_(loop, boost::asio::local::stream_protocol(), socket.release()), callbacks_(std::move(callbacks)) {
  socket_.non_blocking(true);
  read();
}

ControlChannel::Sent ControlChannel::send(const ToModule& message) {
  const Sent sent = queue(message);
  write();
  return sent;
}

ControlChannel::Sent ControlChannel::queue(const ToModule& message) {
  std::string line = encode(message);
  if (line.size() > kMaxLineBytes) {
    callbacks_.problem("a line of " + std::to_string(line.size()) + " bytes is longer than one may be: not sent");
    return Sent::too_long;
  }
  if (broken_ || queued_bytes_ + line.size() > kMaxQueued) return Sent::no_room;
  queued_bytes_ += line.size();
  queue_.push_back(std::move(line));
  return Sent::queued;
}

// Here and now, as far as the other end has room: whoever sends goes on with work that takes milliseconds (a spawn, a
// crash record), and front ends would hear of a death after it.
void ControlChannel::write() {
  if (waiting_ || broken_) return;
  boost::system::error_code error;
  write_some(error);
  if (!error) return;
  if (error != boost::asio::error::would_block) {
    broken_ = true;  // the death itself is the pidfd's news
    return;
  }
  waiting_ = true;
  socket_.async_wait(boost::asio::local::stream_protocol::socket::wait_write,
                     guard_.wrap([this](const boost::system::error_code& failed) {
                       waiting_ = false;
                       if (!failed) write();
                     }));
}

void ControlChannel::write_some(boost::system::error_code& error) {
  while (!queue_.empty()) {
    std::array<boost::asio::const_buffer, kTogether> lines;
    const std::size_t count = std::min(queue_.size(), lines.size());
    for (std::size_t i = 0; i < count; ++i) lines[i] = boost::asio::buffer(queue_[i]);
    lines[0] += front_sent_;
    std::size_t bytes = socket_.write_some(std::span(lines.data(), count), error);
    if (error) return;
    queued_bytes_ -= bytes;
    for (bytes += front_sent_; !queue_.empty() && bytes >= queue_.front().size(); queue_.pop_front()) {
      bytes -= queue_.front().size();
    }
    front_sent_ = bytes;
  }
}

// Waits and reads in two steps: bytes that were read for a handler that a death overtakes would be lost.
void ControlChannel::read() {
  socket_.async_wait(boost::asio::local::stream_protocol::socket::wait_read,
                     guard_.wrap([this](const boost::system::error_code& failed) {
                       if (failed) return;
                       boost::system::error_code error;
                       const std::size_t bytes = socket_.read_some(boost::asio::buffer(chunk_), error);
                       if (error && error != boost::asio::error::would_block) return;
                       if (deliver(bytes)) read();
                     }));
}

void ControlChannel::read_rest() {
  boost::system::error_code error;
  socket_.cancel(error);
  // A bound, should a stranger hold the other end and go on writing.
  for (int i = 0; i < 64 && !error; ++i) {
    const std::size_t bytes = socket_.read_some(boost::asio::buffer(chunk_), error);
    if (error || !deliver(bytes)) return;
  }
}

bool ControlChannel::deliver(std::size_t bytes) {
  const auto alive = guard_.watch();
  lines_.append(std::string_view(chunk_.data(), bytes));
  for (;;) {
    auto line = lines_.next();
    if (!line) {
      callbacks_.problem(line.error().message);
      continue;
    }
    if (!*line) return true;
    auto message = decode_from_module(**line);
    if (!message) {
      callbacks_.problem(message.error().message);
    } else if (const auto* unknown = std::get_if<Unknown>(&*message)) {
      callbacks_.problem("unknown message type " + unknown->type.substr(0, 64));
    } else {
      shorten(*message);
      callbacks_.message(*message);
    }
    if (alive.expired()) return false;
  }
}

}  // namespace status::supervisor
