// Items that kill their consumer. A death is a guard that goes without a word while its consumer handles something.
#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "ipc/base/codec.h"
#include "services/host/poison/poison_guard.h"
#include "tests/unit/host/store_fixture.h"

namespace status::host {
namespace {

using store::StoreTest;
using store::TemporaryFolder;
using testing::ElementsAre;
using testing::IsEmpty;

InFlightFile::Item item(std::uint64_t seq, std::uint8_t fill = 1) {
  InFlightFile::Item out{.seq = seq, .digest = {}};
  out.digest.fill(fill);
  return out;
}

class InFlightFileTest : public testing::Test {
 protected:
  InFlightFile open() { return InFlightFile::open(path_).value(); }
  TemporaryFolder folder_;
  std::string path_ = folder_.file("in-flight");
};

TEST_F(InFlightFileTest, EachDeathWithAnItemInFlightCounts) {
  for (std::uint32_t deaths = 0; deaths < 3; ++deaths) {
    InFlightFile file = open();
    EXPECT_EQ(file.deaths(item(7)), deaths);
    EXPECT_EQ(file.suspects(), deaths > 0);
    file.handling(item(7));
  }
  InFlightFile file = open();
  EXPECT_EQ(file.deaths(item(7)), 3U);
  EXPECT_EQ(file.deaths(item(8)), 0U);
  EXPECT_EQ(file.deaths(item(7, 2)), 0U) << "another stream's seventh";
}

TEST_F(InFlightFileTest, AnEndWithNothingInFlightDoesNotCount) {
  for (int i = 0; i < 3; ++i) {
    InFlightFile file = open();
    file.handling(item(7));
    file.done();
  }
  EXPECT_FALSE(open().suspects());
}

TEST_F(InFlightFileTest, ADeathThatWasAskedForDoesNotCountAndTheNextOneDoes) {
  {
    InFlightFile file = open();
    file.handling(item(7));
    file.forgive();
  }
  {
    InFlightFile file = open();
    EXPECT_EQ(file.deaths(item(7)), 0U);
    file.handling(item(7));
  }
  EXPECT_EQ(open().deaths(item(7)), 1U);
}

TEST_F(InFlightFileTest, ItemsThatWereInFlightTogetherShareADeathUntilTheyArePassed) {
  open().handling(3, 5);
  {
    InFlightFile file = open();
    EXPECT_EQ(file.deaths(item(4)), 1U);
    EXPECT_EQ(file.deaths(item(6)), 0U);
    file.past(3);
    EXPECT_TRUE(file.suspects());
    file.handling(item(4));
  }
  InFlightFile file = open();
  EXPECT_EQ(file.deaths(item(4)), 2U);
  EXPECT_EQ(file.deaths(item(5)), 1U);
  file.past(4);
  EXPECT_EQ(file.deaths(item(4)), 1U) << "it cannot come again";
  EXPECT_TRUE(file.suspects());
  file.past(5);
  EXPECT_FALSE(file.suspects());
}

TEST_F(InFlightFileTest, AStreamThatBeganAnewHasNoSuspects) {
  open().handling(item(7));
  InFlightFile file = open();
  ASSERT_TRUE(file.suspects());
  file.forget();
  EXPECT_FALSE(file.suspects());
}

TEST_F(InFlightFileTest, ADeathWhileAnItemOfTheQuarantineWasTriedAgainIsTold) {
  open().retrying(12);
  {
    InFlightFile file = open();
    EXPECT_EQ(file.died_retrying(), 12);
    EXPECT_FALSE(file.suspects());
  }
  EXPECT_EQ(open().died_retrying(), std::nullopt) << "once";
}

TEST_F(InFlightFileTest, ADamagedFileIsBegunAnew) {
  const std::string damages[] = {"", "short", std::string(4'096, 'x'), std::string(10'000, '\0')};
  for (const std::string& damage : damages) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << damage;
    {
      InFlightFile file = open();
      EXPECT_FALSE(file.suspects());
      EXPECT_EQ(file.deaths(item(7)), 0U);
      file.handling(item(7));
    }
    EXPECT_EQ(open().deaths(item(7)), 1U) << damage.size() << " bytes";
  }
}

TEST_F(InFlightFileTest, EveryByteMayBeWrongAndNothingIsMadeUpOfIt) {
  open().handling(item(7));
  open().handling(item(7));
  const std::string good = store::read_all(path_);
  for (std::size_t at = 0; at < 128; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x5a);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bad;
    InFlightFile file = open();
    EXPECT_LE(file.deaths(item(7)), 2U) << "byte " << at;
    EXPECT_EQ(file.deaths(item(8)), 0U) << "byte " << at;
  }
}

struct Death {};  // of the process, thrown through a guard that is then no longer used

// Keeps what it handles in a table; numbers in `kills` end it.
class Consumer final : public DurableConsumer {
 public:
  Status handle(const api::StreamReply& page) override {
    for (const api::StreamEvent& event : page.events) {
      if (kills[event.seq]) throw Death{};
    }
    if (refuses) return fail(Code::resource_exhausted, "store.disk_full", "no room");
    for (const api::StreamEvent& event : page.events) handled.push_back(event.seq);
    if (!page.cursor.empty()) cursor = page.cursor;
    return {};
  }
  Status move_past(store::Transaction& tx, const std::string& to) override {
    tx.on_commit([this, to] { cursor = to; });
    return {};
  }
  Bytes identity(const api::StreamEvent& event) const override { return encode_msgpack(event.data); }

  std::map<std::uint64_t, bool> kills;
  bool refuses = false;
  std::vector<std::uint64_t> handled;
  std::string cursor = "0";
};

class Observer final : public QuarantineObserver {
 public:
  void quarantined(const QuarantinedItem& item, std::uint64_t gone) override {
    told.push_back(item);
    pushed_out += gone;
  }
  void holds(std::uint64_t items) override { held = items; }
  std::vector<QuarantinedItem> told;
  std::uint64_t pushed_out = 0;
  std::uint64_t held = 0;
};

class PoisonGuardTest : public StoreTest {
 protected:
  std::unique_ptr<PoisonGuard> born() {
    return PoisonGuard::open({*database_, consumer_, observer_, "waku.messages"},
                             InFlightFile::open(folder_.file("in-flight")).value())
        .value();
  }
  // One life: reads the stream 1 … last from the cursor, as many at a time as the guard says. True: got to its end.
  bool live(std::uint64_t last) {
    const std::unique_ptr<PoisonGuard> guard = born();
    try {
      while (true) {
        api::StreamReply page;
        const std::uint64_t from = std::stoull(consumer_.cursor);
        const std::uint64_t end = std::min<std::uint64_t>(last, from + guard->page_size());
        for (std::uint64_t seq = from + 1; seq <= end; ++seq) page.events.push_back(event(seq));
        if (page.events.empty()) return true;
        page.cursor = std::to_string(end);
        if (!guard->take(page)) return false;
      }
    } catch (const Death&) {
      return false;
    }
  }
  api::StreamEvent event(std::uint64_t seq) {
    api::StreamEvent out;
    out.seq = seq;
    out.topic = "waku.message";
    out.data = Value::map({{"n", copies_of_.contains(seq) ? copies_of_.at(seq) : seq}});
    return out;
  }

  std::map<std::uint64_t, std::uint64_t> copies_of_;
  std::unique_ptr<store::Database> database_ = open();
  Consumer consumer_;
  Observer observer_;
};

TEST_F(PoisonGuardTest, AnItemInFlightInThreeDeathsIsSetAsideAndTheStreamMovesOn) {
  consumer_.kills[4] = true;
  for (int death = 0; death < 3; ++death) EXPECT_FALSE(live(6));
  EXPECT_THAT(observer_.told, IsEmpty());
  EXPECT_TRUE(live(6));
  EXPECT_THAT(consumer_.handled, ElementsAre(1, 2, 3, 5, 6)) << "the innocent of its page each once";
  ASSERT_EQ(observer_.told.size(), 1U);
  EXPECT_EQ(observer_.told[0].seq, 4U);
  EXPECT_EQ(observer_.told[0].deaths, 3U);
  EXPECT_EQ(observer_.held, 1U);
  const auto list = born()->list().value();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].seq, 4U);
  EXPECT_EQ(list[0].stream, "waku.messages");
  EXPECT_EQ(list[0].time_ms, clock_.unix_ms());
  EXPECT_GT(list[0].size, 0U);
}

TEST_F(PoisonGuardTest, AfterIsolationPagesAreWholeAgain) {
  consumer_.kills[2] = true;
  for (int death = 0; death < 3; ++death) EXPECT_FALSE(live(3));
  EXPECT_EQ(born()->page_size(), 1U);
  EXPECT_TRUE(live(3));
  EXPECT_EQ(born()->page_size(), PoisonGuard::kPage);
}

TEST_F(PoisonGuardTest, ASecondPoisonBehindTheFirstHasThreeDeathsToo) {
  consumer_.kills[2] = consumer_.kills[3] = true;
  int lives = 0;
  while (!live(4) && lives < 20) ++lives;
  ASSERT_EQ(observer_.told.size(), 2U);
  EXPECT_EQ(observer_.told[1].seq, 3U);
  EXPECT_EQ(observer_.told[1].deaths, 3U);
  EXPECT_EQ(lives, 5) << "the first death was both's";
  EXPECT_THAT(consumer_.handled, ElementsAre(1, 4));
}

TEST_F(PoisonGuardTest, AnErrorOfTheStoreIsNoDeath) {
  consumer_.refuses = true;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(live(1));
  consumer_.refuses = false;
  EXPECT_TRUE(live(1));
  EXPECT_THAT(observer_.told, IsEmpty());
}

TEST_F(PoisonGuardTest, RetryHandlesItOutOfOrderAndRemovesIt) {
  consumer_.kills[2] = true;
  while (!live(3)) {
  }
  const std::int64_t id = observer_.told.at(0).id;
  EXPECT_THROW((void)born()->retry(id), Death);
  EXPECT_EQ(born()->list()->at(0).deaths, 4U) << "one more";
  consumer_.kills.clear();
  const auto guard = born();
  EXPECT_EQ(observer_.held, 1U);
  ASSERT_TRUE(guard->retry(id));
  EXPECT_THAT(consumer_.handled, ElementsAre(1, 3, 2));
  EXPECT_EQ(consumer_.cursor, "3");
  EXPECT_EQ(observer_.held, 0U);
  EXPECT_THAT(*guard->list(), IsEmpty());
  EXPECT_EQ(guard->retry(id).error().reason, "host.not_quarantined");
}

TEST_F(PoisonGuardTest, CopiesOfWhatIsOrWasInQuarantineArePassedOver) {
  consumer_.kills[2] = consumer_.kills[4] = consumer_.kills[6] = true;
  copies_of_ = {{4, 2}, {6, 2}};
  int lives = 0;
  while (!live(5)) ++lives;
  EXPECT_EQ(lives, 3) << "the first death was all five's";
  EXPECT_THAT(consumer_.handled, ElementsAre(1, 3, 5));
  EXPECT_EQ(observer_.told.size(), 1U);
  ASSERT_TRUE(born()->drop(observer_.told[0].id));
  EXPECT_TRUE(live(6)) << "dropped is not forgotten";
  EXPECT_EQ(consumer_.cursor, "6");
}

TEST_F(PoisonGuardTest, DropRemovesIt) {
  consumer_.kills[1] = true;
  while (!live(1)) {
  }
  const auto guard = born();
  ASSERT_TRUE(guard->drop(observer_.told.at(0).id));
  EXPECT_THAT(*guard->list(), IsEmpty());
  EXPECT_EQ(guard->drop(observer_.told.at(0).id).error().reason, "host.not_quarantined");
}

TEST_F(PoisonGuardTest, WhatGoesAlongWithARemovalIsCommittedWithItOrNotAtAll) {
  consumer_.kills[1] = true;
  while (!live(1)) {
  }
  const auto guard = born();
  const std::int64_t id = observer_.told.at(0).id;
  const PoisonGuard::Along refuse = [](store::Transaction&) -> Status {
    return fail(Code::resource_exhausted, "store.disk_full", "no room");
  };
  EXPECT_EQ(guard->drop(id, refuse).error().reason, "store.disk_full");
  EXPECT_EQ(guard->list()->size(), 1U);
  std::int64_t before_commit = -1;
  ASSERT_TRUE(guard->drop(id, [&](store::Transaction& tx) -> Status {
    before_commit = static_cast<std::int64_t>(quarantine_table::count(tx).value());
    return {};
  }));
  EXPECT_EQ(before_commit, 0) << "in the same transaction";
}

TEST_F(PoisonGuardTest, OnlyTheNewestThousandAreKept) {
  ASSERT_TRUE(quarantine_table::create(*database_));
  auto tx = database_->write().value();
  std::uint64_t gone = 0;
  for (std::uint64_t seq = 1; seq <= kMaxQuarantined + 2; ++seq) {
    gone += quarantine_table::add(tx, {.id = 0, .stream = "s", .seq = seq, .time_ms = 0, .deaths = 3, .size = 0},
                                  Bytes(16), Bytes(1))
                .value()
                .pushed_out;
  }
  EXPECT_EQ(gone, 2U);
  const auto all = quarantine_table::all(tx).value();
  EXPECT_EQ(all.size(), kMaxQuarantined);
  EXPECT_EQ(all.front().seq, 3U);
}

}  // namespace
}  // namespace status::host
