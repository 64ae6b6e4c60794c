#include "tests/support/canaries.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "ipc/base/bytes.h"

namespace status::test {
namespace {

constexpr std::size_t kShortest = 8;

// What base64 of any text with the secret at this offset has in it whatever stands beside it.
std::string base64_core(std::string_view secret, std::size_t offset) {
  const std::string padded = std::string(offset, '\0') + std::string(secret);
  const std::string text = to_base64(as_bytes(padded.substr(0, padded.size() / 3 * 3)));
  return offset == 0 ? text : text.substr(4);
}

}  // namespace

void Canaries::add(const std::string& name, std::string_view secret) {
  if (secret.size() < kShortest) throw std::invalid_argument(name + " is too short to be looked for");
  forms_.emplace_back(name + " as it is", secret);
  const std::string hex = to_hex(as_bytes(secret));
  forms_.emplace_back(name + " as hex", hex);
  std::string upper = hex;
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  forms_.emplace_back(name + " as hex", upper);
  for (const std::size_t offset : {0U, 1U, 2U}) {
    std::string base64 = base64_core(secret, offset);
    forms_.emplace_back(name + " as base64", base64);
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    forms_.emplace_back(name + " as base64", base64);
  }
}

void Canaries::add_hex(const std::string& name, std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes) throw std::invalid_argument(name + " is no hex");
  add(name, as_text(*bytes));
}

std::vector<std::string> Canaries::found_in(std::string_view text) const {
  std::vector<std::string> out;
  for (const auto& [what, form] : forms_) {
    if (text.find(form) != std::string_view::npos) out.push_back(what);
  }
  return out;
}

}  // namespace status::test
