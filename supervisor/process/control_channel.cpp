#include "supervisor/process/control_channel.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace status::supervisor {

using namespace ipc::control;

ControlChannel::ControlChannel(boost::asio::io_context& loop, UniqueFd socket, Callbacks callbacks)
    : socket_(loop, boost::asio::local::stream_protocol(), socket.release()), callbacks_(std::move(callbacks)) {
  read();
}

bool ControlChannel::send(const ToModule& message) {
  std::string line = encode(message);
  if (broken_ || line.size() > kMaxLineBytes || queued_bytes_ + line.size() > kMaxQueued) return false;
  queued_bytes_ += line.size();
  queue_.push_back(std::move(line));
  if (!writing_) write();
  return true;
}

void ControlChannel::write() {
  writing_ = true;
  boost::asio::async_write(socket_, boost::asio::buffer(queue_.front()),
                           guard_.wrap([this](const boost::system::error_code& error, std::size_t) {
                             writing_ = false;
                             queued_bytes_ -= queue_.front().size();
                             queue_.pop_front();
                             // The death itself is the pidfd's news.
                             if (error) broken_ = true;
                             if (!error && !queue_.empty()) write();
                           }));
}

void ControlChannel::read() {
  socket_.async_read_some(boost::asio::buffer(chunk_),
                          guard_.wrap([this](const boost::system::error_code& error, std::size_t bytes) {
                            if (!error && deliver(bytes)) read();
                          }));
}

void ControlChannel::read_rest() {
  boost::system::error_code error;
  socket_.cancel(error);
  socket_.non_blocking(true, error);
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
    const auto message = decode_from_module(**line);
    if (!message) {
      callbacks_.problem(message.error().message);
    } else if (const auto* unknown = std::get_if<Unknown>(&*message)) {
      callbacks_.problem("unknown message type " + unknown->type.substr(0, 64));
    } else {
      callbacks_.message(*message);
    }
    if (alive.expired()) return false;
  }
}

}  // namespace status::supervisor
