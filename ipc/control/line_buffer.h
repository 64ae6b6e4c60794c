// Cuts a byte stream into lines: the framing of the control line (WIRE.md section 5). One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/result.h"

namespace status::ipc::control {

inline constexpr std::size_t kMaxLineBytes = 64 * 1024;  // with its line feed

// Holds at most one line of `limit` bytes, whatever the other end sends.
class LineBuffer {
 public:
  // What becomes of a line past the limit: refused as a whole, or passed on in pieces of limit - 1 bytes.
  enum class Overflow { refuse, split };

  explicit LineBuffer(std::size_t limit = kMaxLineBytes, Overflow overflow = Overflow::refuse)
      : limit_(limit), overflow_(overflow) {}

  // Bytes as they were read, in any portions.
  void append(std::string_view bytes) { buffer_.append(bytes); }

  // The next complete line without its line feed; nothing when more bytes are needed.
  // RESOURCE_EXHAUSTED (`control.line_too_long`) once for each line past the limit: that line is dropped up to its line
  // feed, the next call goes on behind it. Drain until nothing comes after every append.
  // With Overflow::split there is no error.
  Result<std::optional<std::string>> next();
  // What came after the last line feed so far; nothing of a line that is being dropped.
  std::string partial() const { return skipping_ ? std::string() : buffer_.substr(start_); }
  // The same when no more bytes will follow. Empties the buffer.
  std::string rest();

 private:
  void compact();
  std::string take(std::size_t length);

  std::size_t limit_;
  Overflow overflow_;
  std::string buffer_;
  std::size_t start_ = 0;    // of the line under way
  std::size_t scanned_ = 0;  // no line feed before this offset
  bool skipping_ = false;    // inside a line that was too long
};

}  // namespace status::ipc::control
