#include "tests/chaos/steadiness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "ipc/base/unique_fd.h"

namespace status::chaos {
namespace {

TEST(Steadiness, SeesADescriptorMore) {
  const auto before = footprint_of(::getpid());
  const UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto after = footprint_of(::getpid());
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->descriptors, before->descriptors + 1);
  EXPECT_GT(after->anonymous_kib, 0);
}

TEST(Steadiness, SaysNothingOfAProcessThatIsNotThere) { EXPECT_FALSE(footprint_of(-1).has_value()); }

TEST(Steadiness, WarmingUpIsNoGrowthAndALeakIs) {
  std::vector<double> warms_up, leaks;
  for (int i = 0; i < 100; ++i) {
    warms_up.push_back(i < 20 ? 50 + i : 100);
    leaks.push_back(100 + i * 0.1);
  }
  EXPECT_EQ(growth_percent(warms_up), 0);
  EXPECT_GT(growth_percent(leaks), 4);
  EXPECT_EQ(growth_percent({1, 2, 3}), 0) << "too few to say";
}

TEST(Steadiness, OneOutlierChangesNothing) {
  std::vector<double> samples(100, 10.0);
  samples[95] = 1'000;
  EXPECT_EQ(growth_percent(samples), 0);
}

}  // namespace
}  // namespace status::chaos
