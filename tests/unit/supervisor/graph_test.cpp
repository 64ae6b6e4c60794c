#include "supervisor/tree/graph.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using Waves = std::vector<std::vector<std::size_t>>;

TEST(Graph, WhatDoesNotDependOnEachOtherStartsTogether) {
  const auto waves = start_waves({{"chat", {"keys", "waku"}}, {"keys", {}}, {"waku", {"keys"}}, {"chain", {"keys"}}});
  ASSERT_TRUE(waves.has_value());
  EXPECT_EQ(*waves, (Waves{{1}, {2, 3}, {0}}));
}

TEST(Graph, ACycleIsNamed) {
  const auto waves = start_waves({{"keys", {}}, {"outside", {"a"}}, {"a", {"keys", "b"}}, {"b", {"c"}}, {"c", {"a"}}});
  ASSERT_FALSE(waves.has_value());
  EXPECT_EQ(waves.error().reason, "supervisor.cyclic_modules");
  EXPECT_THAT(waves.error().message, testing::HasSubstr("a → b → c → a"));
}

TEST(Graph, WhatIsMissingIsNamedWithTheNearest) {
  const auto waves = start_waves({{"chat", {"wakuu"}}, {"waku", {}}});
  ASSERT_FALSE(waves.has_value());
  EXPECT_EQ(waves.error().reason, "supervisor.missing_module");
  EXPECT_THAT(waves.error().message,
              testing::AllOf(testing::HasSubstr("module chat requires `wakuu`"), testing::HasSubstr("`waku`?")));
}

TEST(Graph, NoModules) { EXPECT_EQ(*start_waves({}), Waves{}); }

}  // namespace
}  // namespace status::supervisor
