// From steps to the journeys of messages, without a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ipc/base/random.h"
#include "supervisor/gateway/custody/journey_book.h"

namespace status::gateway {
namespace {

using metrics::Step;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kSecond = 1'000'000'000;

class CustodyTest : public testing::Test {
 protected:
  struct Names {
    std::uint8_t hash = 0;  // 0: unknown to who recorded it
    std::uint8_t id = 0;
  };
  // One second after the step before.
  void step(const std::string& module, Step step, Names names, const std::string& holder) {
    metrics::flight::StepRecord record;
    record.step = metrics::to_word(step);
    record.holder = holder;
    record.at_ns = now_ += kSecond;
    record.hash[0] = names.hash;
    record.message[0] = names.id;
    book_.add(module, 1, record);
  }
  const Journey* find(std::uint8_t name) const { return book_.find({name}); }
  std::uint64_t counted(Step step) const { return counts_[static_cast<std::size_t>(step)]; }
  // "chat after encrypted: 1", with "overdue" where one is.
  std::vector<std::string> standings() const {
    std::vector<std::string> out;
    for (const auto& [place, standing] : book_.standings(now_)) {
      out.push_back(place.first + " after " + std::string(metrics::to_word(place.second)) + ": " +
                    std::to_string(standing.count) + (standing.overdue != 0 ? " overdue" : ""));
    }
    return out;
  }
  void send(Names names) {
    step("chat", Step::accepted, {0, names.id}, "chat");
    step("chat", Step::encrypted, {0, names.id}, "chat");
    step("chat", Step::handed_to_waku, names, "waku");
  }

  std::uint64_t now_ = 1'000 * kSecond;
  std::array<std::uint64_t, metrics::kSteps.size()> counts_{};
  JourneyBook book_{now_, [this](Step step, std::uint64_t /*after_ns*/) { ++counts_[static_cast<std::size_t>(step)]; }};
};

TEST_F(CustodyTest, AMessageThatIsSentGoesFromOneToTheNext) {
  step("chat", Step::accepted, {0, 1}, "chat");
  EXPECT_THAT(standings(), ElementsAre("chat after accepted: 1"));
  step("chat", Step::encrypted, {0, 1}, "chat");
  step("chat", Step::handed_to_waku, {7, 1}, "waku");
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 1"));
  step("waku", Step::propagated, {7, 0}, "waku");
  step("waku", Step::stored, {7, 0}, "");
  EXPECT_THAT(standings(), IsEmpty());
  EXPECT_EQ(book_.away(), 1U);
  step("chat", Step::acknowledged, {0, 1}, "");
  EXPECT_EQ(book_.away(), 0U);
  ASSERT_EQ(find(7), find(1)) << "by either name";
  EXPECT_EQ(find(1)->stop(Step::propagated).at_ns, 1'004 * kSecond);
  EXPECT_EQ(book_.name_of(find(1)->stop(Step::propagated).module), "waku");
  for (const Step each :
       {Step::accepted, Step::encrypted, Step::handed_to_waku, Step::propagated, Step::stored, Step::acknowledged}) {
    EXPECT_EQ(counted(each), 1U) << metrics::to_word(each);
  }
}

TEST_F(CustodyTest, OneThatComesDoes) {
  step("waku", Step::received, {7, 0}, "chat");
  EXPECT_THAT(standings(), ElementsAre("chat after received: 1"));
  step("chat", Step::handed_to_chat, {7, 0}, "chat");
  step("chat", Step::decrypted, {7, 1}, "chat");
  step("chat", Step::committed, {7, 1}, "");
  EXPECT_THAT(standings(), IsEmpty());
  EXPECT_EQ(find(1), find(7));
}

TEST_F(CustodyTest, WhatStandsFor30SecondsIsOverdue) {
  send({7, 1});
  now_ += 29 * kSecond;
  send({8, 2});  // three seconds
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 2 overdue"));
  EXPECT_EQ(book_.standings(now_).begin()->second.overdue, 1U);
  EXPECT_EQ(book_.standings(now_).begin()->second.oldest, find(1));
  step("waku", Step::propagated, {7, 0}, "waku");
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 1", "waku after propagated: 1"));
}

// Chat tries again and again, and it is waku that does not take it.
TEST_F(CustodyTest, WhoDoesNotTakeItHasToGoOn) {
  step("chat", Step::accepted, {0, 1}, "chat");
  step("chat", Step::encrypted, {0, 1}, "chat");
  for (int attempt = 0; attempt < 40; ++attempt) step("chat", Step::encrypted, {0, 1}, "waku");
  EXPECT_THAT(standings(), ElementsAre("waku after encrypted: 1 overdue"));
}

// The recorders of two processes are not read at one moment.
TEST_F(CustodyTest, WhatWakuSaysBeforeChatHasNamedItIsJoined) {
  step("chat", Step::accepted, {0, 1}, "chat");
  step("chat", Step::encrypted, {0, 1}, "chat");
  step("waku", Step::propagated, {7, 0}, "waku");
  step("waku", Step::stored, {7, 0}, "");
  step("chat", Step::handed_to_waku, {7, 1}, "waku");
  EXPECT_EQ(find(1), find(7));
  EXPECT_EQ(find(1)->last, Step::stored);
  EXPECT_THAT(standings(), IsEmpty());
  EXPECT_EQ(counted(Step::stored), 1U);
  EXPECT_EQ(counted(Step::handed_to_waku), 1U);
}

TEST_F(CustodyTest, SentAgainItIsTheSameMessage) {
  send({7, 1});
  step("waku", Step::propagated, {7, 0}, "waku");
  step("waku", Step::stored, {7, 0}, "");
  step("chat", Step::handed_to_waku, {8, 1}, "waku");
  step("waku", Step::propagated, {8, 0}, "");
  EXPECT_THAT(standings(), IsEmpty()) << "it is stored since the first time";
  EXPECT_EQ(find(8), find(1));
  EXPECT_EQ(counted(Step::propagated), 1U);
  for (std::uint8_t hash = 9; hash < 20; ++hash) step("chat", Step::handed_to_waku, {hash, 1}, "waku");
  EXPECT_EQ(find(1)->hashes.size(), Journey::kHashes);
  EXPECT_EQ(find(9), nullptr);
}

TEST_F(CustodyTest, GivenUpItBeginsAnewWithTheNextAttempt) {
  send({7, 1});
  step("waku", Step::given_up, {7, 0}, "");
  EXPECT_THAT(standings(), IsEmpty());
  step("chat", Step::handed_to_waku, {8, 1}, "waku");
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 1"));
  EXPECT_EQ(counted(Step::handed_to_waku), 1U);
}

// It is noted before it is durable: what a death took back comes again.
TEST_F(CustodyTest, WhatWasNotCommittedAfterAllIsHandedOverAnew) {
  step("waku", Step::received, {7, 0}, "chat");
  step("chat", Step::handed_to_chat, {7, 0}, "chat");
  step("chat", Step::committed, {7, 1}, "");
  step("chat", Step::handed_to_chat, {7, 0}, "chat");
  EXPECT_THAT(standings(), ElementsAre("chat after handed_to_chat: 1"));
  step("chat", Step::passed_over, {7, 0}, "");
  EXPECT_THAT(standings(), IsEmpty());
  EXPECT_EQ(counted(Step::committed), 1U);
  step("chat", Step::received, {7, 0}, "chat");
  EXPECT_THAT(standings(), IsEmpty()) << "received once more: it is here";
}

TEST_F(CustodyTest, WhatADeathLeftUnrecordedIsImplied) {
  step("chat", Step::handed_to_waku, {7, 1}, "waku");
  step("chat", Step::handed_to_chat, {8, 0}, "chat");
  EXPECT_EQ(counted(Step::accepted), 1U);
  EXPECT_EQ(counted(Step::encrypted), 1U);
  EXPECT_EQ(counted(Step::received), 1U);
}

TEST_F(CustodyTest, WhatWasImpliedIsReplacedByWhatIsRecorded) {
  step("chat", Step::handed_to_chat, {8, 0}, "chat");
  EXPECT_EQ(book_.name_of(find(8)->stop(Step::received).module), "chat");
  step("waku", Step::received, {8, 0}, "chat");
  EXPECT_EQ(book_.name_of(find(8)->stop(Step::received).module), "waku");
  EXPECT_THAT(standings(), ElementsAre("chat after handed_to_chat: 1"));
  EXPECT_EQ(counted(Step::received), 1U);
}

TEST_F(CustodyTest, WhatBeganBeforeTheBookIsKnownAndNotCounted) {
  now_ -= 2 * kSecond;
  send({7, 1});
  step("waku", Step::propagated, {7, 0}, "waku");
  step("chat", Step::acknowledged, {0, 2}, "");
  EXPECT_THAT(standings(), ElementsAre("waku after propagated: 1"));
  EXPECT_THAT(counts_, testing::Each(0U));
}

TEST_F(CustodyTest, WhatMayHaveGoneOnUnreadStandsNowhere) {
  send({7, 1});
  step("waku", Step::received, {8, 0}, "chat");
  book_.lost("chat", now_);
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 1"));
  step("waku", Step::received, {9, 0}, "chat");
  EXPECT_THAT(standings(), ElementsAre("waku after handed_to_waku: 1")) << "chat may have been done with it before";
  now_ += 2 * kSecond;
  step("chat", Step::handed_to_chat, {8, 0}, "chat");
  EXPECT_THAT(standings(), ElementsAre("chat after handed_to_chat: 1", "waku after handed_to_waku: 1"));
}

TEST_F(CustodyTest, ThoseThatAreOverMakeRoomAndTheOthersMuchLater) {
  metrics::flight::StepRecord record;
  record.at_ns = now_;
  const auto add = [&](Step step, std::size_t number) {
    record.step = metrics::to_word(step);
    record.holder = step == Step::accepted ? "chat" : "";
    record.message = {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U),
                      static_cast<std::uint8_t>(number >> 16U)};
    book_.add("chat", 1, record);
  };
  add(Step::accepted, 1);
  add(Step::stored, 2);  // its peer is away
  for (std::size_t i = 3; i < JourneyBook::kMostOver + 10; ++i) add(Step::acknowledged, i);
  EXPECT_EQ(find(3), nullptr);
  EXPECT_NE(find(1), nullptr) << "it is not over";
  EXPECT_NE(find(2), nullptr) << "nor is this one";
  EXPECT_EQ(book_.forgotten(), 0U);
  for (std::size_t i = 0; i < JourneyBook::kMostOpen; ++i) add(Step::accepted, 0x10000 + i);
  EXPECT_EQ(find(1), nullptr);
  EXPECT_EQ(book_.forgotten(), 2U);
}

// A module can write anything into its recorder.
TEST_F(CustodyTest, NonsenseDoesNoHarm) {
  SeededRandom random(11);
  for (int i = 0; i < 200'000; ++i) {
    metrics::flight::StepRecord record;
    record.step = metrics::kSteps[random.next64() % metrics::kSteps.size()];
    if (random.next64() % 20 == 0) record.step = "stolen";
    record.holder = random.next64() % 2 == 0 ? "" : "module " + std::to_string(random.next64() % 10'000);
    record.at_ns = random.next64() % 4'000 * kSecond;
    record.hash[0] = static_cast<std::uint8_t>(random.next64() % 20);
    record.message[0] = static_cast<std::uint8_t>(random.next64() % 20);
    book_.add(random.next64() % 2 == 0 ? "chat" : "waku", random.next64() % 3, record);
    if (i % 1'000 != 0) continue;
    EXPECT_LE(book_.standings(now_).size(), JourneyBook::kMostModules * metrics::kSteps.size());
  }
  for (std::uint8_t name = 1; name < 20; ++name) {
    const Journey* journey = find(name);
    EXPECT_TRUE(journey == nullptr || journey->hashes.size() <= Journey::kHashes);
  }
}

}  // namespace
}  // namespace status::gateway
