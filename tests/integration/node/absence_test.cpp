// What a node missed while it was away, and how soon it has it. A program of its own, because it asserts a time and so
// runs alone.
#include <chrono>
#include <iostream>

#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kMissed = 1'000;
constexpr auto kLimit = 5s;  // from the start of the node, its processes included

using Absence = PlacedNodes;

TEST_P(Absence, ANodeHas1000MissedMessagesWithin5SecondsOfComingBack) {
  Node& a = start();
  Node& b = start();
  ASSERT_OK(link(a, b));
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  ASSERT_OK(say(a, *talk, "before", "before"));
  ASSERT_TRUE(await_heard(b, 1));
  ASSERT_OK(b.stop());
  std::vector<std::string> texts;
  for (int i = 0; i < kMissed; ++i) {
    texts.push_back("while away " + std::to_string(i));
    ASSERT_OK(say(a, *talk, texts.back(), texts.back()));
  }

  const auto back = Clock::now();
  ASSERT_OK(b.start());
  const bool all = await_heard(b, kMissed);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - back);
  std::cout << kMissed << " messages " << took.count() << " ms after the start\n";
  EXPECT_TRUE(all) << heard(b).size();
  EXPECT_EQ(heard(b), texts);
  if (!kSanitized) {
    EXPECT_LE(took, kLimit);
  }
}

INSTANTIATE_TEST_SUITE_P(Node, Absence, testing::Values(Placement::processes, Placement::one_process), placement_name);

}  // namespace
}  // namespace status::test
