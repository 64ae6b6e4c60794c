// What the configuration says of the library: the keys of the module's table in module.toml and node.toml.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/api/fields.h"

namespace status::native {

struct Settings {
  std::string library;
  std::string family;
  std::string generation;
  std::string version;
  Value config = Value::Map{};
  std::uint64_t return_within_ms = 3'000;
  std::uint64_t load_within_ms = 10'000;
  std::uint64_t start_within_ms = 30'000;
  std::uint64_t stop_within_ms = 5'000;
  std::uint64_t destroy_within_ms = 20'000;
  std::uint64_t silent_for_ms = 10'000;
  std::uint64_t turn_within_ms = 30'000;

  static void describe(api::Fields<Settings>& f);
};

// Errors: INVALID_ARGUMENT, naming the key. `config` may be a table or a text; create_config() is its JSON.
Result<Settings> read_settings(const Value& config);
std::string create_config(const Settings& settings);

}  // namespace status::native
