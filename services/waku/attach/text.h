// Texts of the REST interface: what goes into a target, base64 as nodes write it, and what is quoted in errors. Any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/bytes.h"

namespace status::waku::attach {

// RFC 3986: all but letters, digits and "-._~" as %XX; the slash too, so that a topic is one segment of a path.
std::string percent_encode(std::string_view text);

// "?a=1&b=2" of what was added; values are encoded.
class QueryText {
 public:
  QueryText& add(std::string_view key, std::string_view value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Standard or URL-safe alphabet, padded or not: nodes write all of them.
std::optional<Bytes> lenient_base64(std::string_view text);

// What a node said, for an error: on one line, at most 200 bytes, no control characters.
std::string excerpt(std::string_view text);

}  // namespace status::waku::attach
