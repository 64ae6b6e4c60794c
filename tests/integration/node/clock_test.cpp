// Nodes whose clocks are an hour wrong, in either direction.
#include "tests/integration/node/placement.h"
#include "tests/support/installation.h"

namespace status::test {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

std::map<std::string, std::string> shifted(int hours) {
  return {{"LD_PRELOAD", binary("shifted-clock.so")},
          {"STATUS_TEST_CLOCK_SHIFT", std::to_string(hours * 3'600)},
          // Only a build with that sanitizer reads it: it wants to be first among the libraries.
          {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
}

class WrongClock : public testing::TestWithParam<int> {};

TEST_P(WrongClock, MessagesAndCatchUpWorkBothWays) {
  const int hours = GetParam();
  const Installation place(shifted(hours));
  ProcessNode right;
  ProcessNode wrong;
  wrong.statusd().use_statusd(place.statusd());
  ASSERT_OK(right.start());
  ASSERT_OK(wrong.start());
  ASSERT_OK(link(wrong, right));
  // Of the one that dialled, which has greeted when link() returns; the other end may still be reading that greeting.
  const auto peers = wrong.front().call("waku.peers");
  ASSERT_OK(peers);
  const Value::Array& known = *peers->find("peers")->as_array();
  ASSERT_EQ(known.size(), 1u);
  const std::int64_t offset = known.front().int_or("clock_offset_ms", 0);
  EXPECT_NEAR(static_cast<double>(offset), static_cast<double>(-hours * kHourMs), 60'000.0) << "the clock is wrong";

  const auto talk = converse(right, wrong);
  ASSERT_OK(talk);
  std::vector<std::string> there;
  std::vector<std::string> back;
  const auto exchange = [&](const std::string& word, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      there.push_back(word + " " + std::to_string(i));
      ASSERT_OK(say(right, *talk, there.back(), there.back()));
    }
  };
  exchange("there", 10);
  ASSERT_TRUE(await_heard(wrong, there.size())) << heard(wrong).size();
  for (int i = 0; i < 10; ++i) {
    back.push_back("back " + std::to_string(i));
    ASSERT_OK(say(wrong, *talk, back.back(), back.back()));
  }
  ASSERT_TRUE(await_heard(right, back.size())) << heard(right).size();

  ASSERT_OK(wrong.stop());
  exchange("while away", 50);
  ASSERT_OK(wrong.start());
  ASSERT_TRUE(await_heard(wrong, 50)) << heard(wrong).size();
  ASSERT_OK(right.stop());
  for (int i = 0; i < 50; ++i) {
    back.push_back("to nobody " + std::to_string(i));
    ASSERT_OK(say(wrong, *talk, back.back(), back.back()));
  }
  ASSERT_OK(right.start());
  ASSERT_TRUE(await_heard(right, 50)) << heard(right).size();

  EXPECT_EQ(received(wrong, talk->id).value_or(std::vector<std::string>()), there);
  EXPECT_EQ(received(right, talk->id).value_or(std::vector<std::string>()), back);
}

INSTANTIATE_TEST_SUITE_P(Node, WrongClock, testing::Values(1, -1),
                         [](const auto& hours) { return hours.param > 0 ? "Ahead" : "Behind"; });

}  // namespace
}  // namespace status::test
