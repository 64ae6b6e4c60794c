#include "ipc/control/line_buffer.h"

namespace status::ipc::control {

void LineBuffer::compact() {
  buffer_.erase(0, start_);
  start_ = 0;
  scanned_ = buffer_.size();
}

Result<std::optional<std::string>> LineBuffer::next() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
      const bool too_long = buffer_.size() - start_ >= limit_;
      if (skipping_ || too_long) start_ = buffer_.size();
      compact();
      if (!too_long || skipping_) return std::optional<std::string>();
      skipping_ = true;
      return fail(Code::resource_exhausted, "control.line_too_long",
                  "a line is longer than " + std::to_string(limit_) + " bytes");
    }
    std::string line = buffer_.substr(start_, end - start_);
    start_ = scanned_ = end + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    if (line.size() >= limit_) {
      return fail(Code::resource_exhausted, "control.line_too_long",
                  "a line is longer than " + std::to_string(limit_) + " bytes");
    }
    return std::optional<std::string>(std::move(line));
  }
}

}  // namespace status::ipc::control
