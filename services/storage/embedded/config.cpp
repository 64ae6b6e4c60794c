#include "services/storage/embedded/config.h"

#include <algorithm>
#include <array>

#include "ipc/base/codec.h"

namespace status::storage {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

struct Setting {
  const char* name;
  std::int64_t least;
  std::int64_t most;
  void (*set)(EmbeddedOptions&, std::int64_t);
};

constexpr std::array<Setting, 3> kSettings = {{
    {"quota_bytes", 1 << 20, std::int64_t{1} << 50,
     [](EmbeddedOptions& o, std::int64_t v) { o.quota_bytes = static_cast<std::uint64_t>(v); }},
    {"ttl_hours", 1, 24 * 3'650, [](EmbeddedOptions& o, std::int64_t v) { o.ttl_ms = v * kHourMs; }},
    {"reserve_bytes", 0, std::int64_t{1} << 50,
     [](EmbeddedOptions& o, std::int64_t v) { o.reserve_bytes = static_cast<std::uint64_t>(v); }},
}};

tl::unexpected<Error> invalid(const std::string& key, const std::string& why) {
  return fail(Code::invalid_argument, "storage.invalid_setting", "storage.embedded." + key + " " + why);
}

}  // namespace

Result<EmbeddedOptions> parse_options(const Value& settings) {
  EmbeddedOptions options;
  if (settings.is_null()) return options;
  if (settings.as_map() == nullptr) return invalid("*", "must be a table of settings");
  for (const auto& [key, value] : *settings.as_map()) {
    const auto setting = std::ranges::find_if(kSettings, [&](const Setting& s) { return key == s.name; });
    if (setting == kSettings.end()) {
      std::vector<std::string> known;
      for (const Setting& each : kSettings) known.emplace_back(each.name);
      const std::string near = nearest_word(key, known);
      return invalid(key, "is not a setting" + (near.empty() ? "" : "; did you mean storage.embedded." + near + "?"));
    }
    const std::optional<std::int64_t> number = value.as_int64();
    if (!number || *number < setting->least || *number > setting->most) {
      return invalid(key, "must be a whole number from " + std::to_string(setting->least) + " to " +
                              std::to_string(setting->most));
    }
    setting->set(options, *number);
  }
  return options;
}

}  // namespace status::storage
