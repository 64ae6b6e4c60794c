#include "supervisor/plan/shown_settings.h"

namespace status::supervisor {
namespace {

const char* to_word(RestartPolicy::When when) {
  switch (when) {
    case RestartPolicy::When::always:
      return "always";
    case RestartPolicy::When::on_failure:
      return "on_failure";
    case RestartPolicy::When::never:
      return "never";
  }
  return "";
}

Value in_ms(milliseconds time) { return std::int64_t{time.count()}; }

}  // namespace

Value hidden_texts(const Value& value) {
  if (const std::string* words = value.as_string()) return "[" + std::to_string(words->size()) + " characters]";
  if (const Bytes* bytes = value.as_bytes()) return "[" + std::to_string(bytes->size()) + " bytes]";
  if (const Value::Array* items = value.as_array()) {
    Value::Array out;
    for (const Value& item : *items) out.push_back(hidden_texts(item));
    return out;
  }
  if (const Value::Map* entries = value.as_map()) {
    Value::Map out;
    for (const auto& [key, entry] : *entries) out.emplace_back(key, hidden_texts(entry));
    return out;
  }
  return value;
}

Value shown_settings(const ModulePlan& plan, const Configuration& configuration) {
  const Manifest& manifest = plan.manifest;
  const RestartPolicy restart = configuration.restart_of(manifest);
  return Value::map({{"backend", plan.backend},
                     {"sandbox", supervisor::to_word(manifest.sandbox)},
                     {"restart", Value::map({{"when", to_word(restart.when)},
                                             {"backoff_ms", in_ms(restart.first_delay)},
                                             {"backoff_max_ms", in_ms(restart.delay_cap)},
                                             {"budget", restart.budget}})},
                     {"timeouts", Value::map({{"start_ms", in_ms(manifest.start_timeout)},
                                              {"stop_ms", in_ms(manifest.stop_timeout)}})},
                     {"limits", Value::map({{"memory_bytes", manifest.memory_bytes},
                                            {"data_bytes", manifest.data_bytes},
                                            {"descriptors", manifest.descriptors},
                                            {"stack_bytes", manifest.stack_bytes}})},
                     {"settings", hidden_texts(plan.settings)}});
}

}  // namespace status::supervisor
