#include "supervisor/process/control_channel.h"

#include <boost/asio/buffer.hpp>

#include "supervisor/process/bounds.h"

namespace status::supervisor {

using namespace ipc::control;

ControlChannel::ControlChannel(boost::asio::io_context& loop, UniqueFd socket, Callbacks callbacks)
    : socket_(loop, boost::asio::local::stream_protocol(), socket.release()), callbacks_(std::move(callbacks)) {
  socket_.non_blocking(true);
  read();
}

ControlChannel::Sent ControlChannel::send(const ToModule& message) {
  std::string line = encode(message);
  if (line.size() > kMaxLineBytes) {
    callbacks_.problem("a line of " + std::to_string(line.size()) + " bytes is longer than one may be: not sent");
    return Sent::too_long;
  }
  if (broken_ || queued_bytes_ + line.size() > kMaxQueued) return Sent::no_room;
  queued_bytes_ += line.size();
  queue_.push_back(std::move(line));
  if (!waiting_) write();
  return Sent::queued;
}

// Here and now, as far as the other end has room: whoever sends goes on with work that takes milliseconds (a spawn, a
// crash record), and front ends would hear of a death after it.
void ControlChannel::write() {
  boost::system::error_code error;
  while (!queue_.empty()) {
    const std::string& line = queue_.front();
    const std::size_t bytes = socket_.write_some(boost::asio::buffer(line) + front_sent_, error);
    if (error) break;
    front_sent_ += bytes;
    queued_bytes_ -= bytes;
    if (front_sent_ < line.size()) continue;
    queue_.pop_front();
    front_sent_ = 0;
  }
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
