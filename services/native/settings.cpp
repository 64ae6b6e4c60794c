#include "services/native/settings.h"

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"

namespace status::native {
namespace {

constexpr std::uint64_t kHour = 3'600'000;

}  // namespace

void Settings::describe(api::Fields<Settings>& f) {
  f.add("library", &Settings::library, "Absolute path of the library, of a folder that the sandbox lets it read.");
  f.add("family", &Settings::family, "Which library it is: `delivery`, `verifproxy` or `waku`.");
  f.add("generation", &Settings::generation, "The generation of its interface that it must be of.");
  f.add("version", &Settings::version, "The version that it must say; empty: any.").optional();
  f.add("config", &Settings::config, "What the node is created with: a table, or JSON.").optional();
  f.add("return_within_ms", &Settings::return_within_ms, "A function that does not return for longer hangs.")
      .range(1, kHour)
      .optional();
  f.add("load_within_ms", &Settings::load_within_ms, "For loading the library.").range(1, kHour).optional();
  f.add("start_within_ms", &Settings::start_within_ms, "For creating the node, and again for starting it.")
      .range(1, kHour)
      .optional();
  f.add("stop_within_ms", &Settings::stop_within_ms, "For stopping it.").range(1, kHour).optional();
  f.add("destroy_within_ms", &Settings::destroy_within_ms, "For destroying it.").range(1, kHour).optional();
  f.add("silent_for_ms", &Settings::silent_for_ms,
        "How long it may answer nothing after it has said that its loop does not respond.")
      .range(1, kHour)
      .optional();
  f.add("turn_within_ms", &Settings::turn_within_ms,
        "A library without a thread of its own hangs when it does its work for longer without a pause.")
      .range(1, kHour)
      .optional();
}

Result<Settings> read_settings(const Value& config) { return api::from_value<Settings>(config, api::Mode::strict); }

std::string create_config(const Settings& settings) {
  const std::string* const text = settings.config.as_string();
  return text != nullptr ? *text : to_json(settings.config);
}

}  // namespace status::native
