#include "ipc/base/words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "ipc/base/codec.h"

namespace status {
namespace {

constexpr std::size_t kQuoteLimit = 64;
constexpr std::size_t kNear = 3;

// Length of the UTF-8 sequence at the start of `text`, 0 where there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2) || (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    return (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F) ? 0 : 4;
  }
  return 0;
}

// Levenshtein's distance, two neighbours swapped counting one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    before.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

std::string in_quotes(std::string_view word) {
  std::string out = "`";
  while (!word.empty()) {
    if (out.size() > kQuoteLimit) return out.append("…`");
    const std::size_t length = sequence_length(word);
    const auto first = static_cast<std::uint8_t>(word.front());
    const bool printable = length > 1 || (length == 1 && first >= 0x20 && first != 0x7F);
    out.append(printable ? word.substr(0, length) : "?");
    word.remove_prefix(length == 0 ? 1 : length);
  }
  return out.append("`");
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  const std::string* nearest = nullptr;
  std::size_t shortest = kNear + 1;
  for (const std::string& candidate : known) {
    // A word whose length differs more cannot be near; the check also bounds the work for a hostile key.
    if (candidate.size() > word.size() + kNear || word.size() > candidate.size() + kNear) continue;
    const std::size_t distance = edit_distance(word, candidate);
    // Half of the letters must agree: every two-letter word is within three of every other.
    if (distance >= shortest || distance * 2 > std::max(word.size(), candidate.size())) continue;
    shortest = distance;
    nearest = &candidate;
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace status
