#include "ipc/control/line_buffer.h"

#include <utility>

namespace status::ipc::control {

void LineBuffer::compact() {
  buffer_.erase(0, start_);
  start_ = 0;
  scanned_ = buffer_.size();
}

std::string LineBuffer::take(std::size_t length) {
  std::string line = buffer_.substr(start_, length);
  start_ += length;
  return line;
}

Result<std::optional<std::string>> LineBuffer::next() {
  const auto too_long = [this] {
    return fail(Code::resource_exhausted, "control.line_too_long",
                "a line is longer than " + std::to_string(limit_) + " bytes");
  };
  for (;;) {
    const std::size_t end = buffer_.find('\n', scanned_);
    const bool complete = end != std::string::npos;
    const std::size_t length = (complete ? end : buffer_.size()) - start_;
    if (overflow_ == Overflow::split && length >= limit_) {
      scanned_ = complete ? end : buffer_.size();
      return std::optional(take(limit_ - 1));
    }
    if (!complete) {
      const bool overflows = length >= limit_;
      if (skipping_ || overflows) start_ = buffer_.size();
      compact();
      if (skipping_ || !overflows) return std::optional<std::string>();
      skipping_ = true;
      return too_long();
    }
    std::string line = take(length);
    scanned_ = ++start_;
    if (std::exchange(skipping_, false)) continue;
    if (line.size() >= limit_) return too_long();
    return std::optional(std::move(line));
  }
}

std::string LineBuffer::rest() {
  std::string line = partial();
  buffer_.clear();
  start_ = scanned_ = 0;
  skipping_ = false;
  return line;
}

}  // namespace status::ipc::control
