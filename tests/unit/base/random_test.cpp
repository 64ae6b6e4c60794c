#include "ipc/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>
#include <vector>

namespace status {
namespace {

using Id = std::array<std::uint8_t, 16>;

std::vector<Id> draw(IdRandom& random, std::size_t count) {
  std::vector<Id> out(count);
  for (Id& id : out) random.fill(id);
  return out;
}

TEST(IdRandom, GivesNoIdTwiceToAnyThread) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 20'000;
  IdRandom random;
  std::array<std::vector<Id>, kThreads> drawn;
  std::vector<std::thread> threads;
  for (std::vector<Id>& mine : drawn) threads.emplace_back([&random, &mine] { mine = draw(random, kEach); });
  for (std::thread& thread : threads) thread.join();
  std::set<Id> all;
  for (const std::vector<Id>& each : drawn) all.insert(each.begin(), each.end());
  EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(IdRandom, TwoProcessesDoNotDrawTheSame) {
  IdRandom one;
  IdRandom other;
  EXPECT_NE(draw(one, 8), draw(other, 8));
}

TEST(IdRandom, FillsOddSizesToTheLastByte) {
  IdRandom random;
  std::array<std::uint8_t, 11> bytes{};
  std::array<bool, 11> changed{};
  for (int round = 0; round < 64; ++round) {
    random.fill(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) changed[i] = changed[i] || bytes[i] != 0;
  }
  for (const bool each : changed) EXPECT_TRUE(each);
}

}  // namespace
}  // namespace status
