// Reads a backend's table of settings into its Config, one setter for each key. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ipc/base/codec.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::waku {

// Changes the Config, or says what is wrong with the value: "must be a string".
template <class Config>
using Setter = std::function<std::optional<std::string>(Config&, const Value&)>;

template <class Config>
using Setters = std::vector<std::pair<std::string, Setter<Config>>>;

// A whole number within [low, high]; `assign(config, number)` takes it.
template <class Config, class Assign>
Setter<Config> number(std::uint64_t low, std::uint64_t high, Assign assign) {
  return [=](Config& config, const Value& value) -> std::optional<std::string> {
    const std::optional<std::uint64_t> given = value.as_uint64();
    if (!given || *given < low || *given > high) {
      return "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    assign(config, *given);
    return std::nullopt;
  };
}

// `backend` is the table's name, for errors. INVALID_ARGUMENT `waku.invalid_config`, naming the key; unknown keys too.
template <class Config>
Result<Config> read_settings(const std::string& backend, const Value& settings, const Setters<Config>& setters) {
  const auto invalid = [&](std::string_view key, const std::string& problem) {
    return fail(Code::invalid_argument, "waku.invalid_config", backend + "." + std::string(key) + " " + problem);
  };
  Config config;
  if (settings.is_null()) return config;
  if (settings.as_map() == nullptr) return invalid("*", "must be a table of settings");
  for (const auto& [key, value] : *settings.as_map()) {
    const Setter<Config>* setter = nullptr;
    std::vector<std::string> known;
    for (const auto& [name, candidate] : setters) {
      known.push_back(name);
      if (name == key) setter = &candidate;
    }
    if (setter == nullptr) {
      const std::string near = nearest_word(key, known);
      return invalid(key, "is not a setting" + (near.empty() ? "" : "; did you mean " + backend + "." + near + "?"));
    }
    if (const auto problem = (*setter)(config, value)) return invalid(key, *problem);
  }
  return config;
}

}  // namespace status::waku
