#include "supervisor/process/log_pipe.h"

#include <boost/asio/buffer.hpp>

namespace status::supervisor {

LogPipe::LogPipe(boost::asio::io_context& loop, UniqueFd pipe, OnLine on_line)
    : pipe_(loop, pipe.release()), resting_(loop), on_line_(std::move(on_line)) {
  pipe_.non_blocking(true);
  read();
}

// In two steps, as ControlChannel::read().
void LogPipe::read() {
  pipe_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   guard_.wrap([this](const boost::system::error_code& failed) {
                     if (failed) return;
                     boost::system::error_code error;
                     const std::size_t bytes = pipe_.read_some(boost::asio::buffer(chunk_), error);
                     if (error && error != boost::asio::error::would_block) return;
                     deliver(bytes) ? read() : read_after_rest();
                   }));
}

void LogPipe::read_after_rest() {
  resting_.expires_after(kRest);
  resting_.async_wait(guard_.wrap([this](const boost::system::error_code& failed) {
    if (!failed) read();
  }));
}

bool LogPipe::deliver(std::size_t bytes) {
  bool all = true;
  lines_.append(std::string_view(chunk_.data(), bytes));
  while (auto line = *lines_.next()) all = on_line_(*line) && all;
  return all;
}

void LogPipe::read_rest() {
  boost::system::error_code error;
  pipe_.cancel(error);
  resting_.cancel();
  // A pipe holds 64 KiB; the bound is for a stranger that has the other end and goes on writing.
  for (int i = 0; i < 32 && !error; ++i) {
    const std::size_t bytes = pipe_.read_some(boost::asio::buffer(chunk_), error);
    if (!error) deliver(bytes);
  }
  const std::string rest = lines_.rest();
  if (!rest.empty()) on_line_(rest);
}

}  // namespace status::supervisor
