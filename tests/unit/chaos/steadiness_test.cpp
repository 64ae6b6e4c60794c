#include "tests/chaos/steadiness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "ipc/base/unique_fd.h"

namespace status::chaos {
namespace {

TEST(Steadiness, SeesADescriptorMore) {
  const auto before = descriptors_of(::getpid());
  const UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto after = descriptors_of(::getpid());
  ASSERT_TRUE(before && after);
  EXPECT_EQ(*after, *before + 1);
}

TEST(Steadiness, SeesWhatIsAllocated) {
  const auto before = anonymous_kib_of(::getpid());
  const std::vector<char> mebibyte(1 << 20, 'x');
  const auto after = anonymous_kib_of(::getpid());
  ASSERT_TRUE(before && after);
  EXPECT_GE(*after - *before, 1'024 - 64) << mebibyte.size();
  EXPECT_LE(*after - *before, 1'024 + 64 + 128) << "at most an eighth more, which a sanitizer keeps of its own";
}

TEST(Steadiness, SaysNothingOfAProcessThatIsNotThere) {
  EXPECT_FALSE(descriptors_of(-1).has_value());
  EXPECT_FALSE(anonymous_kib_of(-1).has_value());
}

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
