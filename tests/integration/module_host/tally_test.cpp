// examples/c-module at a real node: what its README promises.
#include <gmock/gmock.h>

#include <future>

#include "ipc/base/codec.h"
#include "tests/integration/module_host/library_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class Tally : public testing::Test {
 protected:
  void SetUp() override {
    add_library_module(node_->data_dir(), "tally", "tally", "most = 100");
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }
  Result<Value> add(std::int64_t by) { return node_.call("tally.add", Value::map({{"by", by}})); }

  LibraryNode node_{{{"odd", "odd_module"}}};
};

TEST_F(Tally, AnswersCallsAndPublishesEvents) {
  const Result<Value> first = add(40);
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_EQ(first->int_or("total", 0), 40);
  EXPECT_EQ(add(2)->int_or("total", 0), 42);
  const auto event = node_->events().wait_for(
      [](const api::StreamEvent& e) { return e.topic == "tally.changed" && e.data.int_or("total", 0) == 42; },
      kPatience);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->generation, 1U);
}

TEST_F(Tally, ItsErrorsKeepTheirReasonsAndWrongParametersNeverReachIt) {
  const Result<Value> refused = add(101);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::out_of_range);
  EXPECT_EQ(refused.error().reason, "tally.too_big");
  EXPECT_EQ(refused.error().message, "the tally would pass its limit");
  EXPECT_EQ(refused.error().module, "tally");
  const Result<Value> unknown = node_.call("tally.add", Value::map({{"buy", 1}}));
  EXPECT_EQ(unknown.error().reason, "ipc.invalid_params");
  EXPECT_THAT(unknown.error().message, HasSubstr("did you mean `by`?"));
  const Result<Value> text = node_.call("tally.add", Value::map({{"by", "1"}}));
  EXPECT_EQ(text.error().message, "`by` must be an integer, not string");
  const Result<Value> none = node_.call("tally.add");
  EXPECT_EQ(none.error().message, "`by` is missing");
}

TEST_F(Tally, DescribesItselfUnderTheNameOfItsManifest) {
  const Outcome described = node_.statusctl({"describe", "tally", "--json"});
  ASSERT_EQ(described.code, 0) << described.errors;
  const Value document = described.json();
  EXPECT_EQ(document.string_or("x-module", ""), "tally");
  EXPECT_EQ(document.find("info")->string_or("title", ""), "A tally");
  EXPECT_EQ(document.find("x-owner")->string_or("contact", ""), "tally@example.org");
  const Value& method = document.find("methods")->as_array()->front();
  EXPECT_EQ(method.string_or("name", ""), "tally.add");
  EXPECT_EQ(method.string_or("x-effect", ""), "write");
  EXPECT_EQ(to_json(*method.find("params")),
            R"([{"name":"by","required":true,"schema":{"type":"integer","description":"How much."}}])");
  EXPECT_EQ(to_json(*method.find("x-errors")),
            R"([{"code":"OUT_OF_RANGE","reason":"tally.too_big","description":"Past the limit."}])");
  EXPECT_EQ(document.find("x-events")->as_array()->front().string_or("topic", ""), "tally.changed");
}

TEST_F(Tally, ACallThatWaitsIsAnsweredAtItsTimeWithoutOthersWaiting) {
  std::future<Result<Value>> later = std::async(std::launch::async, [&] {
    return node_.call("tally.later", Value::map({{"ms", 300}}));
  });
  // `busy` says that the other one waits.
  for (;;) {
    const Result<Value> second = node_.call("tally.later", Value::map({{"ms", 0}}));
    if (second) continue;
    EXPECT_EQ(second.error().reason, "tally.busy");
    break;
  }
  EXPECT_EQ(add(7)->int_or("total", 0), 7);
  const Result<Value> answered = later.get();
  ASSERT_TRUE(answered) << answered.error().describe();
  EXPECT_EQ(answered->int_or("total", 0), 7);
}

TEST_F(Tally, ItsMetricsAndTheTimeThatItTookAreShown) {
  ASSERT_TRUE(add(5));
  ASSERT_TRUE(add(6));
  ASSERT_FALSE(add(101));
  const std::string page = node_.page_with("status_tally_additions_total{module=\"tally\"} 2\n");
  EXPECT_THAT(page, HasSubstr("status_tally_additions_total{module=\"tally\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("status_tally_total{module=\"tally\"} 11\n"));
  EXPECT_THAT(page, HasSubstr("status_backend_calls_total{function=\"add\",module=\"tally\",outcome=\"ok\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("status_backend_cpu_seconds_total{function=\"add\",module=\"tally\"} "));
  EXPECT_THAT(page, HasSubstr("status_library_answers_total{module=\"tally\",outcome=\"ok\"} 2\n"));
}

TEST_F(Tally, ACrashCostsItsOwnProcessAndLeavesARecord) {
  const Result<Row> before = node_->row("odd");
  ASSERT_TRUE(before);
  const Result<Value> crashed = node_.call("tally.crash");
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, Code::unavailable);
  ASSERT_TRUE(node_->await_ready("tally", 1));
  EXPECT_EQ(add(1)->int_or("total", 0), 1) << "a new incarnation";
  EXPECT_EQ(node_->row("odd")->pid, before->pid);
  ASSERT_TRUE(wait_for_file(node_->data_dir() + "/crash/tally/1.json", kPatience));
  const Outcome why = node_.statusctl({"why", "tally", "--json"});
  ASSERT_EQ(why.code, 0) << why.errors;
  const Value document = why.json();
  const Value* crash = document.find("last_crash");
  ASSERT_NE(crash, nullptr);
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash->string_or("signal", ""), "SIGSEGV");
  const Value& thread = crash->find("threads")->as_array()->front();
  EXPECT_EQ(thread.string_or("method", ""), "tally.crash");
  EXPECT_THAT(thread.find("frames")->as_array()->front().string_or("object", ""), HasSubstr("/libtally.so"));
  EXPECT_THAT(to_json(thread), HasSubstr("status_module_call"));
}

// It is drained first: what waits longer than that is told that the module goes.
TEST_F(Tally, IsStoppedWhileACallWaits) {
  std::future<Result<Value>> later = std::async(std::launch::async, [&] {
    return node_.call("tally.later", Value::map({{"ms", 60'000}}), 60'000);
  });
  for (;;) {
    const Result<Value> second = node_.call("tally.later", Value::map({{"ms", 0}}));
    if (!second) break;
  }
  const Outcome stopped = node_.statusctl({"stop", "tally"});
  EXPECT_EQ(stopped.code, 0) << stopped.errors;
  const Result<Value> answered = later.get();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, Code::unavailable) << answered.error().describe();
  EXPECT_THAT(node_.log_with("tally", "the tally ends"), HasSubstr("the tally ends"));
  EXPECT_TRUE(node_->await_rows([](const Row& row) { return row.name != "tally" || row.state == "stopped"; }));
}

}  // namespace
}  // namespace status::test
