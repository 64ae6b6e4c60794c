#include "services/host/native/foreign_text.h"

#include <algorithm>

#include "ipc/base/words.h"

namespace status::host::native {

std::string copy_text(std::string_view text) {
  std::string copy(text);
  if (!count_code_points(copy)) {
    std::ranges::replace_if(
        copy, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  return copy;
}

}  // namespace status::host::native
