#include "supervisor/cli/default_data_dir.h"

#include <cstdlib>

namespace status::supervisor {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace

std::string default_data_dir() {
  if (std::string chosen = environment("STATUS_DATA_DIR"); !chosen.empty()) return chosen;
  const std::string home = environment("HOME");
  return home.empty() ? home : home + "/.local/share/status";
}

}  // namespace status::supervisor
