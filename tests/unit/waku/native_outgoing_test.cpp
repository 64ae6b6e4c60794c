// Own messages between the service and a library that says what it likes, and nothing when it likes.
#include <gmock/gmock.h>

#include "services/waku/native/outgoing.h"
#include "services/waku/native/watermark.h"
#include "tests/unit/waku/native_events.h"

namespace status::waku::native {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ManualClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return now; }
  std::int64_t unix_ms() const override { return 1'700'000'000'000; }
  MonotonicTime now;
};

class HeldCalls final : public Outgoing::Caller {
 public:
  void call(const LibraryCall& call, Done<std::string> done) override {
    functions.emplace_back(call.function);
    open.push_back(std::move(done));
  }
  void answer(const Result<std::string>& answer) {
    const Done<std::string> done = std::move(open.front());
    open.erase(open.begin());
    done(answer);
  }
  std::vector<std::string> functions;
  std::vector<Done<std::string>> open;
};

class NativeOutgoing : public testing::Test {
 protected:
  void SetUp() override { outgoing_.open(Tier::messaging); }

  static WakuMessage message(const std::string& text, bool ephemeral = false) {
    WakuMessage out;
    out.content_topic = "/test/1/a/proto";
    out.payload = to_bytes(as_bytes(text));
    out.timestamp_ns = 1;
    out.ephemeral = ephemeral;
    return out;
  }
  static MessageHash hash_of(const std::string& text) { return message_hash(kShard, message(text)); }
  void send(const std::string& text, bool ephemeral = false) {
    outgoing_.send(message(text, ephemeral), kShard, [this](const Result<MessageHash>& answer) {
      answers_.push_back(answer ? "taken" : answer.error().reason);
    });
  }
  static Progress said(Progress::Kind kind, const std::string& request, const MessageHash& network_hash) {
    return {kind, request, network_hash, "no peers"};
  }
  ReceivedMessage received(const std::string& text, const MessageHash& hash) {
    return {hash, kShard, message(text), 0};
  }

  static constexpr const char* kShard = "/waku/2/rs/16/0";
  const MessageHash theirs_{7};
  ManualClock clock_;
  Counters counters_;
  HeldCalls library_;
  RecordedEvents events_;
  Outgoing outgoing_{library_, events_, clock_, counters_, true};
  std::vector<std::string> answers_;
};

TEST_F(NativeOutgoing, AMessageIsTakenThenPropagatedUnderTheLibrarysHashThenSent) {
  send("a");
  EXPECT_THAT(library_.functions, ElementsAre("logosdelivery_send"));
  library_.answer("r-1");
  EXPECT_THAT(answers_, ElementsAre("taken"));
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  outgoing_.on_progress(said(Progress::Kind::sent, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), ElementsAre("propagated a as 7", "sent a"));
}

TEST_F(NativeOutgoing, WhatIsSaidBeforeTheAnswerTwiceOrTooLateIsSaidOnce) {
  send("a");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), IsEmpty());
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  outgoing_.on_progress(said(Progress::Kind::sent, "r-1", theirs_));
  outgoing_.on_progress(said(Progress::Kind::sent, "r-1", theirs_));
  outgoing_.on_progress(said(Progress::Kind::failed, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), ElementsAre("propagated a as 7", "sent a"));
}

TEST_F(NativeOutgoing, SentWithoutPropagatedIsBoth) {
  send("a");
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::sent, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), ElementsAre("propagated a as 7", "sent a"));
}

TEST_F(NativeOutgoing, AnErrorIsTheLibrarysWords) {
  send("a");
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::failed, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), ElementsAre("error a waku.not_propagated: no node took the message: no peers"));
}

TEST_F(NativeOutgoing, AnEphemeralMessageEndsAsItIsPropagated) {
  events_.name(message_hash(kShard, message("a", true)), "a");
  send("a", true);
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  EXPECT_THAT(events_.lines(), ElementsAre("propagated a as 7"));
  clock_.now += std::chrono::seconds(1);
  outgoing_.tick();
  EXPECT_FALSE(outgoing_.next_tick()) << "nothing is left of it";
}

TEST_F(NativeOutgoing, ALibraryThatSaysNothingMoreIsNotWaitedForForEver) {
  send("a");
  send("b");
  library_.answer("r-1");
  library_.answer("r-2");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-2", theirs_));
  clock_.now += Outgoing::kSilence - std::chrono::seconds(1);
  outgoing_.tick();
  EXPECT_THAT(events_.lines(), ElementsAre("propagated b as 7"));
  clock_.now += std::chrono::seconds(1);
  outgoing_.tick();
  EXPECT_THAT(events_.lines(),
              testing::UnorderedElementsAre(
                  "propagated b as 7", "unconfirmed b",
                  "error a waku.not_propagated: no node took the message: the library has not said what "
                  "became of it"));
  EXPECT_EQ(counters_.without_a_word, 1U);
}

TEST_F(NativeOutgoing, WhatALibraryHadNotPropagatedWhenItEndedIsSentAgain) {
  send("a");
  send("b");
  library_.answer("r-1");
  library_.answer("r-2");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-2", theirs_));
  outgoing_.close();
  outgoing_.forget_library();
  EXPECT_THAT(events_.lines(), ElementsAre("propagated b as 7", "unconfirmed b"));
  outgoing_.on_progress(said(Progress::Kind::sent, "r-1", theirs_));  // of a request of the process before
  outgoing_.open(Tier::messaging);
  ASSERT_EQ(library_.open.size(), 1U);
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", MessageHash{8}));
  EXPECT_EQ(events_.lines().back(), "propagated a as 8");
  EXPECT_THAT(answers_, ElementsAre("taken", "taken")) << "each once";
}

TEST_F(NativeOutgoing, WhatALibraryDoesNotTakeGoesBackToWhoSentIt) {
  send("a");
  library_.answer(fail(make_retryable(Code::unavailable, "waku.library_away", "gone")));
  EXPECT_THAT(answers_, ElementsAre("waku.library_away"));
  outgoing_.close();
  send("b");
  EXPECT_THAT(answers_, ElementsAre("waku.library_away", "waku.library_away"));
}

TEST_F(NativeOutgoing, WhatIsToBeTriedAgainIsHoweverMuchHappensMeanwhile) {
  send("a");
  library_.answer("r-1");
  outgoing_.forget_library();
  outgoing_.open(Tier::messaging);
  library_.answer(fail(make_retryable(Code::deadline_exceeded, "waku.library_silent", "no callback")));
  const auto at = outgoing_.next_tick();
  ASSERT_TRUE(at);
  clock_.now += std::chrono::milliseconds(999);
  send("b");
  EXPECT_EQ(outgoing_.next_tick(), at);
  clock_.now = *at;
  outgoing_.tick();
  EXPECT_EQ(library_.functions.size(), 4U) << "a twice, b, and a once more";
}

TEST_F(NativeOutgoing, NotMoreThanSoManyCallsAreUnderWay) {
  for (std::size_t i = 0; i < Outgoing::kUnderWay + 2; ++i) send(std::to_string(i));
  EXPECT_EQ(library_.open.size(), Outgoing::kUnderWay);
  library_.answer("r-1");
  EXPECT_EQ(library_.functions.size(), Outgoing::kUnderWay + 1);
}

TEST_F(NativeOutgoing, AnOwnMessageThatComesBackIsKnownAlsoBeforeItsHashIs) {
  send("a");
  EXPECT_TRUE(outgoing_.keep_own(received("a", theirs_)));
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  EXPECT_TRUE(outgoing_.keep_own(received("a", theirs_))) << "again";
  EXPECT_THAT(outgoing_.take_foreign(), IsEmpty());
  EXPECT_EQ(counters_.own, 2U);
  EXPECT_FALSE(outgoing_.keep_own(received("a", MessageHash{9}))) << "somebody else says the same";
}

TEST_F(NativeOutgoing, WhatSomebodyElseSaidInTheSameWordsIsGivenOutOnceThatIsKnown) {
  send("a");
  EXPECT_TRUE(outgoing_.keep_own(received("a", MessageHash{9})));
  library_.answer("r-1");
  outgoing_.on_progress(said(Progress::Kind::propagated, "r-1", theirs_));
  const auto foreign = outgoing_.take_foreign();
  ASSERT_EQ(foreign.size(), 1U);
  EXPECT_EQ(foreign[0].hash, MessageHash{9});
}

TEST_F(NativeOutgoing, TheRelayPublishesOurMessageUnderOurHash) {
  outgoing_.open(Tier::relay);
  send("a");
  EXPECT_THAT(library_.functions, ElementsAre("waku_relay_publish"));
  library_.answer(to_text(hash_of("a")));
  EXPECT_THAT(answers_, ElementsAre("taken"));
  EXPECT_THAT(events_.lines(), ElementsAre("propagated a as a", "unconfirmed a"));
  EXPECT_TRUE(outgoing_.keep_own(received("a", hash_of("a"))));
}

TEST_F(NativeOutgoing, AnotherHashOfTheRelayIsCountedAndSaid) {
  outgoing_.open(Tier::relay);
  send("a");
  library_.answer(to_text(theirs_));
  EXPECT_EQ(counters_.wrong_hashes, 1U);
  ASSERT_FALSE(events_.lines().empty());
  EXPECT_THAT(events_.lines()[0], testing::HasSubstr("waku.native.preset"));
}

TEST_F(NativeOutgoing, ARelayWithoutPeersIsTriedAgainByWhoSentIt) {
  outgoing_.open(Tier::relay);
  send("a");
  library_.answer(fail(Code::internal, "waku.library_error", "NoPeersToPublish"));
  EXPECT_THAT(answers_, ElementsAre("waku.not_propagated"));
}

TEST(NativeWatermark, StaysBeforeAGapUntilThatIsClosed) {
  Watermark mark(100);
  EXPECT_TRUE(mark.has_gap());
  EXPECT_EQ(mark.gap_from(), 100U);
  EXPECT_EQ(mark.next(5'000), 101U);
  EXPECT_EQ(mark.next(5'000), 102U);
  EXPECT_EQ(mark.reached(5'000), 102U);
  mark.close_gap();
  EXPECT_EQ(mark.next(5'000), 5'000U);
  EXPECT_EQ(mark.next(5'000), 5'001U) << "it grows with every message";
  EXPECT_EQ(mark.reached(6'000), 6'000U);
  mark.open_gap();
  EXPECT_EQ(mark.gap_from(), 6'000U);
  EXPECT_EQ(mark.next(9'000), 6'001U);
  mark.open_gap();
  EXPECT_EQ(mark.gap_from(), 6'000U) << "it is the same gap";
}

}  // namespace
}  // namespace status::waku::native
