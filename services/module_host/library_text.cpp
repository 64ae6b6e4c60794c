#include "services/module_host/library_text.h"

#include <algorithm>

#include "ipc/base/words.h"

namespace status::module_host {
namespace {

constexpr std::size_t kMostText = 4'096;

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMostText));
  while (!out.empty() && text.size() > kMostText && (out.back() & 0xC0) == 0x80) out.pop_back();
  if (text.size() > kMostText && !out.empty() && (out.back() & 0x80) != 0) out.pop_back();
  if (count_code_points(out)) return out;
  for (char& c : out) {
    if ((c & 0x80) != 0) c = '?';
  }
  return out;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace status::module_host
