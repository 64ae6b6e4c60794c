// What a module runs with, as others may see it.
#include "supervisor/plan/shown_settings.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

TEST(ShownSettings, TextsOfSettingsAreHiddenByLength) {
  const Value in =
      Value::map({{"password", "hunter2"}, {"peers", Value::array({"a", "bc"})}, {"port", 7}, {"on", true}});
  EXPECT_EQ(hidden_texts(in), Value::map({{"password", "[7 characters]"},
                                          {"peers", Value::array({"[1 characters]", "[2 characters]"})},
                                          {"port", 7},
                                          {"on", true}}));
}

TEST(ShownSettings, WhatIsStatusdsOwnIsShownAsItIs) {
  ModulePlan plan;
  plan.backend = "mesh";
  plan.manifest.memory_bytes = 1'000;
  plan.settings = Value::map({{"listen", "203.0.113.9:60000"}, {"secret", Bytes(3)}});
  Configuration configuration;
  configuration.restart_budget = 7;
  const Value shown = shown_settings(plan, configuration);
  EXPECT_EQ(shown.string_or("backend", ""), "mesh");
  EXPECT_EQ(shown.string_or("sandbox", ""), "local");
  EXPECT_EQ(shown.find("limits")->uint_or("memory_bytes", 0), 1'000U);
  EXPECT_EQ(shown.find("restart")->uint_or("budget", 0), 7U);
  EXPECT_EQ(*shown.find("settings"), Value::map({{"listen", "[17 characters]"}, {"secret", "[3 bytes]"}}));
}

}  // namespace
}  // namespace status::supervisor
