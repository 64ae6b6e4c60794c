// examples/nim-module at a real node: Nim procs, async ones among them, as a module.
#include <gmock/gmock.h>

#include <future>
#include <sstream>

#include "ipc/base/codec.h"
#include "tests/integration/module_host/library_node.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using testing::HasSubstr;

Value two(std::int64_t a, std::int64_t b) { return Value::map({{"a", a}, {"b", b}}); }

class Sums : public testing::Test {
 protected:
  void SetUp() override {
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }
  std::int64_t result_of(const std::string& method, const Value& params) {
    const Result<Value> answered = node_.call("sums." + method, params);
    EXPECT_TRUE(answered) << answered.error().describe();
    return answered ? answered->int_or("result", -1) : -1;
  }

  LibraryNode node_{{{"sums", "sums"}, {"tally", "tally"}}};
};

TEST_F(Sums, PlainAndAsyncProcsAnswer) {
  EXPECT_EQ(result_of("add", two(2, 3)), 5);
  EXPECT_EQ(result_of("add_at_once", two(-2, 1)), -1);
  EXPECT_EQ(result_of("add_later", two(1'000, 1)), 1'001);
  EXPECT_EQ(result_of("add", two(9'007'199'254'740'993, 0)), 9'007'199'254'740'993) << "all of 64 bits";
}

TEST_F(Sums, AnEventReachesTheGatewaysStream) {
  EXPECT_EQ(result_of("add_later", two(20, 22)), 42);
  const auto event = node_->events().wait_for(EventLog::topic("sums.added"), kPatience);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data.int_or("sum", 0), 42);
}

TEST_F(Sums, AsyncCallsWaitBesideEachOther) {
  std::vector<std::future<std::int64_t>> calls;
  Value params = two(0, 1);
  params.set("ms", 400);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return result_of("add_later", params); }));
  }
  for (auto& call : calls) EXPECT_EQ(call.get(), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(8 * 400));
}

TEST_F(Sums, ErrorsHaveTheirReasonsAndExceptionsAreInternalWithTheirText) {
  const Result<Value> big = node_.call("sums.add_later", two(2'147'483'647, 1));
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, Code::out_of_range);
  EXPECT_EQ(big.error().reason, "sums.too_big");
  EXPECT_EQ(big.error().message, "the sum of 2147483647 and 1 does not fit into 32 bits");
  const Result<Value> zero = node_.call("sums.divide", two(1, 0));
  ASSERT_FALSE(zero);
  EXPECT_EQ(zero.error().code, Code::internal);
  EXPECT_EQ(zero.error().reason, "sums.exception");
  EXPECT_EQ(zero.error().message, "DivByZeroDefect: division by zero");
  EXPECT_EQ(result_of("divide", two(7, 2)), 3) << "it goes on";
}

TEST_F(Sums, ObjectsListsOptionsAndBinaryConvert) {
  const Result<Value> none = node_.call("sums.largest");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->int_or("sums", -1), 0);
  const Value* const largest = none->find("largest");
  EXPECT_TRUE(largest == nullptr || largest->is_null());
  EXPECT_EQ(result_of("add_later", two(3, 4)), 7);
  EXPECT_EQ(node_.call("sums.largest")->int_or("largest", -1), 7);
  const Result<Value> reversed = node_.call(
      "sums.reverse", Value::map({{"data", Bytes{1, 2, 255}}, {"words", Value::array({"one", "zwei \"ä\"\n"})}}));
  ASSERT_TRUE(reversed) << reversed.error().describe();
  EXPECT_EQ(*reversed->find("data")->as_bytes(), (Bytes{255, 2, 1}));
  EXPECT_EQ(*reversed->find("words"), Value::array({"zwei \"ä\"\n", "one"}));
  const Result<Value> wrong = node_.call("sums.add", Value::map({{"a", 1}, {"b", "2"}}));
  EXPECT_EQ(wrong.error().message, "`b` must be an integer, not string");
}

TEST_F(Sums, DescribesItsProcs) {
  const Value document = node_.statusctl({"describe", "sums", "--json"}).json();
  const Value::Array& methods = *document.find("methods")->as_array();
  ASSERT_GT(methods.size(), 2U);
  EXPECT_EQ(methods[1].string_or("name", ""), "sums.add_later");
  EXPECT_EQ(methods[1].string_or("x-effect", ""), "write");
  EXPECT_EQ(methods[1].string_or("summary", ""),
            "Adds two numbers in a while, tells everybody, and counts it. Errors: tooBig.");
  EXPECT_EQ(to_json(*methods[1].find("x-errors")), R"([{"code":"OUT_OF_RANGE","reason":"sums.too_big",)"
                                                   R"("description":"The sum does not fit into 32 bits."}])");
  const Value::Array& params = *methods[1].find("params")->as_array();
  EXPECT_EQ(to_json(params[0]), R"({"name":"a","required":true,"schema":{"type":"integer"}})");
  EXPECT_FALSE(params[2].bool_or("required", true)) << "it has a default";
  EXPECT_EQ(document.find("x-events")->as_array()->front().string_or("topic", ""), "sums.added");
}

TEST_F(Sums, ItsMetricsAreShown) {
  for (int i = 0; i < 3; ++i) result_of("add_later", two(i, i));
  const std::string page = node_.page_with("status_sums_sums_total{module=\"sums\"} 3\n");
  EXPECT_THAT(page, HasSubstr("status_sums_sums_total{module=\"sums\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("status_sums_wait_seconds_count{module=\"sums\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("status_backend_calls_total{function=\"add_later\",module=\"sums\",outcome=\"ok\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("status_backend_wait_seconds_total{function=\"add_later\",module=\"sums\"} 0.0"));
}

TEST_F(Sums, AMethodSeesHowLongItsCallerWaits) {
  const std::int64_t left = result_of("patience", Value::Map());
  EXPECT_GT(left, 1'000);
  EXPECT_LE(left, 10'000);
}

TEST_F(Sums, ACrashCostsItsOwnProcessAndItsRecordNamesTheProc) {
  const Result<Row> before = node_->row("tally");
  ASSERT_TRUE(before);
  const Result<Value> crashed = node_.call("sums.crash");
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, Code::unavailable);
  ASSERT_TRUE(node_->await_ready("sums", 1));
  EXPECT_EQ(result_of("add", two(1, 1)), 2);
  EXPECT_EQ(node_->row("tally")->pid, before->pid);
  ASSERT_TRUE(wait_for_file(node_->data_dir() + "/crash/sums/1.json", kPatience));
  const Value crash = *node_.statusctl({"why", "sums", "--json"}).json().find("last_crash");
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash.string_or("signal", ""), "SIGSEGV");
  const Value& thread = crash.find("threads")->as_array()->front();
  EXPECT_EQ(thread.string_or("method", ""), "sums.crash");
  EXPECT_THAT(to_json(thread), HasSubstr("crash__"));
}

TEST_F(Sums, StopsWhileACallWaits) {
  std::future<Result<Value>> held =
      std::async(std::launch::async, [&] { return node_.call("sums.hold", Value::Map(), 60'000); });
  // Once it is there, and its deadline is what the process waits for.
  const std::string arrived = "status_backend_calls_total{function=\"add\",module=\"sums\",outcome=\"ok\"} 1\n";
  EXPECT_EQ(result_of("add", two(1, 1)), 2);
  EXPECT_THAT(node_.page_with(arrived), HasSubstr(arrived));
  EXPECT_EQ(node_.statusctl({"stop", "sums"}).code, 0);
  EXPECT_EQ(held.get().error().code, Code::unavailable);
  EXPECT_THAT(node_.log_with("sums", "sums end"), HasSubstr("sums end"));
  EXPECT_TRUE(node_->await_rows([](const Row& row) { return row.name != "sums" || row.state == "stopped"; }));
}

// Nothing polls in vain: the process takes no processor time while an async proc waits.
TEST_F(Sums, AWaitingProcCostsNoProcessorTime) {
  const auto held = std::async(std::launch::async, [&] { return node_.call("sums.hold", Value::Map(), 2'000); });
  const Result<Row> row = node_->row("sums");
  ASSERT_TRUE(row);
  const auto ticks = [&] {
    const std::string stat = read_file("/proc/" + std::to_string(row->pid) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    return user + system;
  };
  const long before = ticks();
  held.wait();
  EXPECT_LT(ticks() - before, 50) << "of 200 hundredths of a second";
}

TEST(SumsRefusal, WhatTheStartRaisesIsWhyTheModuleFails) {
  TestNode node(TestNode::bare());
  add_library_module(node.data_dir(), "sums", "sums", "refuse = true");
  node.start();
  EXPECT_THAT(node.wait_for("sums: starting → failed").value_or(""), HasSubstr("exit 78"));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_EQ(fatal_of(node.path("crash/sums/1.json")), "sums.refused: `refuse` is set");
}

}  // namespace
}  // namespace status::test
