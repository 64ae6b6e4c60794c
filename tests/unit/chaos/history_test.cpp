#include "tests/chaos/history.h"

#include <gmock/gmock.h>

#include <random>

namespace status::chaos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Append append(std::string text, Moment called, std::optional<Moment> answered) {
  return {.text = std::move(text), .called = called, .answered = answered};
}

// a and b one after the other, c beside both.
History three() { return {.appends = {append("a", 1, 2), append("b", 3, 4), append("c", 1, 9)}, .reads = {}}; }

TEST(History, OfOneAfterTheOtherAndOneBesideThemAllowsEveryPlaceOfThatOne) {
  for (const auto& log : std::vector<std::vector<std::string>>{{"a", "b", "c"}, {"a", "c", "b"}, {"c", "a", "b"}}) {
    EXPECT_THAT(check(three(), log).explained, IsEmpty());
  }
}

TEST(History, WhatIsAcknowledgedAndNotThereIsLost) {
  const Violations found = check(three(), {"a", "c"});
  EXPECT_EQ(found.lost, 1u);
  EXPECT_THAT(found.explained, ElementsAre("\"b\" was acknowledged and is not in the log"));
}

TEST(History, WhatIsThereTwiceIsDoubled) {
  const Violations found = check(three(), {"a", "b", "c", "b"});
  EXPECT_EQ(found.doubled, 1u);
  EXPECT_THAT(found.explained, ElementsAre(HasSubstr("at 1 and at 3")));
}

TEST(History, WhatNobodyAppendedIsForeign) { EXPECT_EQ(check(three(), {"a", "b", "c", "d"}).foreign, 1u); }

TEST(History, WhatNobodyKnowsOfMayBeThereOrNot) {
  const History history{.appends = {append("a", 1, std::nullopt)}, .reads = {}};
  EXPECT_EQ(check(history, {}).total(), 0u);
  EXPECT_EQ(check(history, {"a"}).total(), 0u);
  EXPECT_EQ(check(history, {"a", "a"}).doubled, 1u);
}

TEST(History, WhatBeganAfterAnAcknowledgementLiesBehindIt) {
  const Violations found = check(three(), {"b", "a", "c"});
  EXPECT_EQ(found.reordered, 1u);
  EXPECT_THAT(found.explained, ElementsAre(HasSubstr("\"b\" was appended at 0, and before that began \"a\"")));
}

TEST(History, AReadSeesWhatWasAcknowledgedBeforeItBegan) {
  History history = three();
  history.reads = {{.tail = {"a"}, .called = 3, .answered = 5}};
  EXPECT_EQ(check(history, {"a", "b", "c"}).total(), 0u) << "b may be later than this read";
  history.reads = {{.tail = {"a"}, .called = 5, .answered = 6}};
  EXPECT_EQ(check(history, {"a", "b", "c"}).stale, 1u) << "b was acknowledged";
  history.reads = {{.tail = {}, .called = 5, .answered = 6}};
  EXPECT_EQ(check(history, {"a", "b", "c"}).stale, 1u) << "not even a";
}

TEST(History, AReadSeesWhatAnEarlierOneSaw) {
  History history{.appends = {append("a", 1, std::nullopt)}, .reads = {}};
  history.reads = {{.tail = {"a"}, .called = 2, .answered = 3}, {.tail = {}, .called = 4, .answered = 5}};
  EXPECT_EQ(check(history, {"a"}).stale, 1u);
}

TEST(History, AReadSeesNothingThatComesOnlyLater) {
  History history{.appends = {append("a", 5, 6)}, .reads = {{.tail = {"a"}, .called = 1, .answered = 4}}};
  EXPECT_EQ(check(history, {"a"}).early, 1u);
}

TEST(History, AReadHasNoGaps) {
  History history = three();
  history.reads = {{.tail = {"a", "c"}, .called = 10, .answered = 11}};
  EXPECT_EQ(check(history, {"a", "b", "c"}).torn, 1u);
  EXPECT_EQ(check(history, {"a", "b", "c"}).stale, 0u) << "one fault, one violation";
}

// Clients of a log that is right are never accused; exchanging two entries that came one after the other always is.
TEST(History, OfARightLogIsExplainedAndOfAnExchangedOneIsNot) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  for (int run = 0; run < 200; ++run) {
    History history;
    std::vector<std::string> log;
    for (Moment at = 10; at < 400; at += 10) {
      const std::string text = std::to_string(at);
      log.push_back(text);
      history.appends.push_back(append(text, at - dice() % 10, at + dice() % 30));
      history.reads.push_back({.tail = {log.end() - std::min<std::ptrdiff_t>(3, std::ssize(log)), log.end()},
                               .called = at + 1 - dice() % 10,
                               .answered = at + 1 + dice() % 30});
    }
    EXPECT_THAT(check(history, log).explained, IsEmpty());
    std::swap(log[3], log[10]);
    EXPECT_GT(check(history, log).reordered, 0u);
  }
}

}  // namespace
}  // namespace status::chaos
