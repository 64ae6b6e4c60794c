// What a library calls back, in every way that the real ones have been seen to do it, over each generation.
#include <gmock/gmock.h>

#include "tests/integration/native/native_node.h"

namespace status::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

struct Generation {
  const char* name;
  const char* library;
  const char* family;
  const char* generation;
  const char* version;
};

class NativeAnswers : public testing::TestWithParam<Generation> {
 protected:
  NativeAnswers()
      : node_({.library = GetParam().library, .family = GetParam().family, .generation = GetParam().generation}) {}
  void SetUp() override { ASSERT_TRUE(node_.start()) << node_->report(); }
  void TearDown() override { EXPECT_TRUE(node_->stop()) << node_->report(); }

  NativeNode node_;
};

TEST_P(NativeAnswers, ACallHasItsReplyAndTheModuleSaysWhatItHolds) {
  EXPECT_EQ(node_.send("").value_or("?"), "request-1");
  EXPECT_EQ(node_.send("").value_or("?"), "request-2");
  const Value info = node_.info();
  EXPECT_EQ(info.string_or("library", ""), node_.library_path());
  EXPECT_EQ(info.string_or("family", ""), GetParam().family);
  EXPECT_EQ(info.string_or("generation", ""), GetParam().generation);
  EXPECT_EQ(info.string_or("version", ""), GetParam().version);
  EXPECT_EQ(info.string_or("pinned", ""), GetParam().generation);
  EXPECT_GT(info.uint_or("threads", 0), 3U);
  EXPECT_TRUE(node_.wait_for("waiting", 0)) << "whoever scrapes asks the library, too";
  EXPECT_FALSE(info.find("functions")->as_array()->empty());
}

TEST_P(NativeAnswers, AnErrorIsTheLibrarysOwnWords) {
  const auto answer = node_.send("fails");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "native.library_error");
  EXPECT_EQ(answer.error().message, "no route");
}

TEST_P(NativeAnswers, AnErrorCallbackOnTheCallersThreadIsTheAnswerAndCountsOnce) {
  const auto answer = node_.send("refused");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the queue is full");
  EXPECT_EQ(node_.counter("duplicate_replies"), 0U);
  EXPECT_EQ(node_.send("").value_or("?"), "request-1");
}

TEST_P(NativeAnswers, ACallbackOnAThreadThatEndsRightAfterIsAnAnswer) {
  EXPECT_EQ(node_.send("elsewhere").value_or("?"), "from another thread");
  EXPECT_GT(node_.counter("foreign_thread_callbacks"), 0U);
}

TEST_P(NativeAnswers, ATextEndsWhereTheLibrarySaysAndNotAtAZero) {
  EXPECT_EQ(node_.send("unterminated").value_or("?"), "whole");
}

TEST_P(NativeAnswers, ATextThatIsNotUtf8IsAnsweredAllTheSame) {
  EXPECT_EQ(node_.send("not_text").value_or("?"), "a??");
}

TEST_P(NativeAnswers, ACallbackThatNeverComesIsATimeOutOfThatCallAlone) {
  const auto answer = node_.send("unanswered", milliseconds(50));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::deadline_exceeded);
  EXPECT_EQ(node_.send("").value_or("?"), "request-1");
  EXPECT_TRUE(node_.wait_for("given_up", 1)) << "its number is kept";
  EXPECT_TRUE(node_.wait_for("waiting", 0));
}

TEST_P(NativeAnswers, ACallbackThatComesAfterTheDeadlineIsCountedAndFreesTheCallsNumber) {
  ASSERT_FALSE(node_.send("held", milliseconds(50)));
  EXPECT_TRUE(node_.wait_for("given_up", 1));
  EXPECT_EQ(node_.send("let_go").value_or("?"), "let go");
  EXPECT_EQ(node_.counter("late_replies"), 1U);
  EXPECT_TRUE(node_.wait_for("given_up", 0));
}

TEST_P(NativeAnswers, ACallbackThatComesTwiceIsCountedAndIgnored) {
  EXPECT_EQ(node_.send("twice").value_or("?"), "request-1");
  EXPECT_EQ(node_.send("").value_or("?"), "request-2");  // on the same thread: the second one has come
  EXPECT_EQ(node_.counter("duplicate_replies"), 1U);
}

TEST_P(NativeAnswers, ACallbackForACallThatNeverWasIsCountedAndIgnored) {
  EXPECT_EQ(node_.send("of_nobody").value_or("?"), "request-1");
  EXPECT_EQ(node_.send("").value_or("?"), "request-2");
  EXPECT_EQ(node_.counter("unknown_replies"), 1U);
}

TEST_P(NativeAnswers, EventsAreInTheStreamAsTheyCame) {
  ASSERT_TRUE(node_.send(""));
  const bool one_for_all = std::string(GetParam().generation) == "B";
  const auto event = node_.wait_for_event(one_for_all ? "message_propagated" : "onMessagePropagated");
  ASSERT_TRUE(event) << node_->report();
  EXPECT_EQ(event->data.string_or("text", ""), R"({"eventType":"message_propagated","requestId":"request-1"})");
  EXPECT_EQ(event->data.uint_or("lost", 9), 0U);
}

TEST_P(NativeAnswers, WhatIsNoCallOfThisGenerationIsRefusedByName) {
  const auto unknown = node_.call("logosdelivery_sendd");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "native.no_function");
  const auto step = node_.call(std::string(GetParam().family) == "waku" ? "waku_stop" : "logosdelivery_stop_node");
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().reason, "native.no_function") << "the node is not theirs to stop";
}

INSTANTIATE_TEST_SUITE_P(OfGeneration, NativeAnswers,
                         testing::Values(Generation{"D", "fixture_delivery_d", "delivery", "D", "v0.39.0"},
                                         Generation{"B", "fixture_delivery_b", "delivery", "B", "v0.38.1"},
                                         Generation{"libwaku", "fixture_waku_b", "waku", "B", "v0.38.1"}),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Only this generation does these.

TEST(NativeGenerationD, WarningsThatACallStillRunsAreNoAnswer) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  EXPECT_EQ(node.send("warned").value_or("?"), "at last");
  EXPECT_EQ(node.counter("stale_warnings"), 2U);
  EXPECT_EQ(node.counter("duplicate_replies"), 0U);
  EXPECT_TRUE(node->stop());
}

TEST(NativeGenerationD, ScalarRepliesEndWhereTheySayAndStructsArriveAsTheyAre) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  EXPECT_EQ(node.call("waku_version").value_or("?"), "v0.39.0");
  EXPECT_EQ(node.call("waku_connect", Value::map({{"peerMultiAddr", "/dns4/x"}, {"timeoutMs", 1500}})).value_or("?"),
            "/dns4/x 1500");
  const auto wrong = node.call("waku_connect", Value::map({{"peerMultiAddr", "/dns4/x"}, {"timeoutms", 1500}}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason, "native.bad_arguments");
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean `timeoutMs`?"));
  EXPECT_TRUE(node->stop());
}

TEST(NativeGenerationD, AnEventAsLargeAsTheLargestMessageIsInTheStream) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  ASSERT_TRUE(node.send("event_of_4_mib"));
  const auto front = node->open_front();
  EventLog own(front->client(), "waku_native.events.next");
  const auto large = own.wait_for(
      [](const EventLog::Event& event) { return event.data.string_or("text", "").size() == 4U << 20U; }, kPatience);
  EXPECT_TRUE(large) << node->report();
  EXPECT_TRUE(node->stop());
}

TEST(NativeGenerationD, TooManyEventsAtOnceAndTooLargeOnesAreCountedWhereTheyAreMissing) {
  NativeNode node;
  ASSERT_TRUE(node.start()) << node->report();
  ASSERT_TRUE(node.send("floods"));
  ASSERT_TRUE(node.send("event_of_9_mib"));
  const auto front = node->open_front();
  EventLog own(front->client(), "waku_native.events.next");
  // The last event of all: they come in order.
  const auto last = own.wait_for(
      [](const EventLog::Event& event) {
        return event.data.string_or("text", "").find("request-2") != std::string::npos;
      },
      kPatience);
  ASSERT_TRUE(last) << node->report();
  EXPECT_GE(last->data.uint_or("lost", 0), 1U) << "the large one came right before";
  const auto seen = own.all(EventLog::topic("waku_native.event"));
  std::uint64_t lost = 0;
  for (const auto& event : seen) lost += event.data.uint_or("lost", 0);
  // 2,000, the large one, two `propagated`, and that it is connected.
  EXPECT_EQ(seen.size() + lost, 2'004U);
  EXPECT_EQ(node.counter("events"), 2'004U);
  EXPECT_EQ(node.counter("lost_events"), lost);
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
