// A library that does what none should (tests/fixtures/odd_module.c): it is tolerated, counted, and costs nobody else.
#include <gmock/gmock.h>

#include <future>

#include "tests/integration/module_host/library_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class OddLibrary : public testing::Test {
 protected:
  void SetUp() override {
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }
  void expect_counted(const std::string& outcome, int count) {
    const std::string line =
        "status_library_answers_total{module=\"odd\",outcome=\"" + outcome + "\"} " + std::to_string(count) + "\n";
    EXPECT_THAT(node_.page_with(line), HasSubstr(line));
  }

  LibraryNode node_{{{"odd", "odd_module"}}, {"hang.ping_ms=50", "hang.limit_ms=1000"}};
};

TEST_F(OddLibrary, TheFirstOfManyAnswersCounts) {
  const Result<Value> answered = node_.call("odd.twice");
  ASSERT_TRUE(answered) << answered.error().describe();
  EXPECT_EQ(answered->int_or("n", 0), 1);
  expect_counted("again", 2);
  EXPECT_THAT(node_.log_with("odd", "\"outcome\":\"again\""), HasSubstr("not as it should be"));
}

TEST_F(OddLibrary, AMissingAnswerIsTheDeadlineAndALateOneIsNothing) {
  const Result<Value> none = node_.call("odd.never", Value::Map(), 200);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::deadline_exceeded);
  EXPECT_TRUE(node_->events().wait_for(EventLog::topic("odd.cancelled"), kPatience)) << "it was told";
  EXPECT_TRUE(node_.call("odd.late"));
  EXPECT_TRUE(node_.call("odd.stranger"));
  expect_counted("missing", 1);
  expect_counted("late", 1);
  expect_counted("unknown", 1);
}

TEST_F(OddLibrary, MayAnswerOnAThreadOfItsOwn) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(node_.call("odd.thread"));
  expect_counted("ok", 20);
}

TEST_F(OddLibrary, AnswersThatAreNotWhatItDeclaresAreItsFault) {
  const Result<Value> broken = node_.call("odd.broken");
  EXPECT_EQ(broken.error().code, Code::internal);
  EXPECT_EQ(broken.error().reason, "module_host.bad_json");
  const Result<Value> wrong = node_.call("odd.wrong");
  EXPECT_EQ(wrong.error().reason, "ipc.invalid_result");
  EXPECT_EQ(wrong.error().message, "`n` must be an integer, not string");
  expect_counted("invalid", 2);
}

TEST_F(OddLibrary, WhatCannotBeShownIsCounted) {
  ASSERT_TRUE(node_.call("odd.shout"));
  const std::string page = node_.page_with("status_odd_noise_total{module=\"odd\"} 1\n");
  EXPECT_THAT(page, HasSubstr("status_odd_noise_total{module=\"odd\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("status_library_metrics_dropped_total{module=\"odd\"} 2\n")) << "a name, a second kind";
  EXPECT_THAT(page, HasSubstr("status_library_events_dropped_total{module=\"odd\"} 2\n")) << "undeclared, and no JSON";
}

TEST_F(OddLibrary, BinaryAndAllOf64BitsPassUnchanged) {
  const Bytes data = {0, 1, 0xFF, 0x80};
  const Result<Value> echoed =
      node_.call("odd.echo", Value::map({{"data", data}, {"big", std::int64_t{9'007'199'254'740'993}}}));
  ASSERT_TRUE(echoed) << echoed.error().describe();
  ASSERT_NE(echoed->find("data")->as_bytes(), nullptr);
  EXPECT_EQ(*echoed->find("data")->as_bytes(), data);
  EXPECT_EQ(echoed->int_or("big", 0), 9'007'199'254'740'993);
}

TEST_F(OddLibrary, SignalsThatItTakesForItselfAreTheHostsAgain) {
  EXPECT_THAT(node_.log_with("odd", "took signals"), HasSubstr("\"signals\":[\"SIGSEGV\"]"));
}

TEST_F(OddLibrary, WhatItPrintsIsInItsLog) {
  EXPECT_THAT(node_.log_with("odd", "odd is here"), HasSubstr("odd is here"));
}

// Behind one that hangs everything waits: the supervisor sees it and ends the process, as it does with any module.
TEST_F(OddLibrary, OneThatHangsIsEndedAndExplained) {
  const auto hanging = std::async(std::launch::async, [&] { return node_.call("odd.hang", Value::Map(), 200); });
  ASSERT_TRUE(node_->events().wait_for(EventLog::state("odd", "degraded"), kPatience)) << "past its deadline";
  const auto behind = std::async(std::launch::async, [&] { return node_.call("odd.twice", Value::Map(), 15'000); });
  ASSERT_TRUE(node_->await_ready("odd", 1)) << node_->report();
  ASSERT_TRUE(wait_for_file(node_->data_dir() + "/crash/odd/1.json", kPatience));
  const Outcome why = node_.statusctl({"why", "odd", "--json"});
  EXPECT_THAT(why.output, HasSubstr("odd.hang"));
}

TEST_F(OddLibrary, ItsInterfacesVersionIsItsOwn) {
  EXPECT_THAT(node_.statusctl({"describe", "odd", "--json"}).output, HasSubstr("\"version\":\"2.1\""));
}

}  // namespace
}  // namespace status::test
