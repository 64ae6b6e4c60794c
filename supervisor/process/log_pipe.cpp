#include "supervisor/process/log_pipe.h"

#include <boost/asio/buffer.hpp>

#include "ipc/base/codec.h"

namespace status::supervisor {

LogPipe::LogPipe(boost::asio::io_context& loop, UniqueFd pipe, std::function<void(const std::string&)> on_line)
    : pipe_(loop, pipe.release()), on_line_(std::move(on_line)) {
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
                     deliver(bytes);
                     read();
                   }));
}

void LogPipe::deliver(std::size_t bytes) {
  lines_.append(std::string_view(chunk_.data(), bytes));
  while (auto line = *lines_.next()) on_line_(*line);
}

void LogPipe::read_rest() {
  boost::system::error_code error;
  pipe_.cancel(error);
  // A pipe holds 64 KiB; the bound is for a stranger that has the other end and goes on writing.
  for (int i = 0; i < 64 && !error; ++i) {
    const std::size_t bytes = pipe_.read_some(boost::asio::buffer(chunk_), error);
    if (!error) deliver(bytes);
  }
  const std::string rest = lines_.rest();
  if (!rest.empty()) on_line_(rest);
}

std::string as_log_object(const std::string& line, std::string_view stream, std::string_view module,
                          std::uint64_t generation, std::int64_t time_ms) {
  if (line.starts_with('{')) {
    const auto object = parse_json(line);
    if (object && object->as_map() != nullptr) return line;
  }
  return to_json(Value::map({{"time_ms", time_ms},
                             {"level", stream == "stderr" ? "warn" : "info"},
                             {"module", module},
                             {"generation", generation},
                             {"stream", stream},
                             {"message", line}}));
}

}  // namespace status::supervisor
