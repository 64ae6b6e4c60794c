#include "services/host/native/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace status::host::native {

std::vector<std::string> scrub_environment() {
  constexpr std::array<std::string_view, 4> kPrefixes = {"CODEX_", "STORAGE_", "NIMBUS_", "WAKUNODE2_"};
  std::vector<std::string> names;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto begins = [text](std::string_view prefix) { return text.starts_with(prefix); };
    if (std::ranges::any_of(kPrefixes, begins)) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
  return names;
}

}  // namespace status::host::native
