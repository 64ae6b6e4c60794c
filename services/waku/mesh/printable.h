// Text from another node, fit for logs, terminals and JSON: whatever is not printable ASCII becomes a question mark.
// Any thread.
#pragma once

#include <algorithm>
#include <string>

namespace status::waku::mesh {

inline std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return text;
}

}  // namespace status::waku::mesh
