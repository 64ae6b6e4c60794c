// What ends the process that holds a library, what is left to read, and that nothing else notices.
#include <gmock/gmock.h>

#include "tests/integration/native/native_node.h"

namespace status::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// What the process said of itself before its end.
std::string last_word(const Value& crash, const char* key) {
  const Value* fatal = crash.find("fatal");
  return fatal == nullptr ? "" : fatal->string_or(key, "");
}

// Sees that waku_native, and nothing else, is started anew. The parameter is the generation.
class NativeDeaths : public testing::TestWithParam<const char*> {
 protected:
  void start(NativeOptions options = {}) {
    options.generation = GetParam();
    options.library = options.generation == "D" ? "fixture_delivery_d" : "fixture_delivery_b";
    node_.emplace(std::move(options));
    ASSERT_TRUE(node().start()) << node()->report();
    neighbour_ = node()->row("echo_a")->pid;
  }
  NativeNode& node() { return *node_; }

  // The record of the process that has died, once the next one serves.
  Value await_next() {
    const Status ready = node()->await_ready("waku_native", 1);
    EXPECT_TRUE(ready) << node()->report();
    EXPECT_EQ(node().send("").value_or("?"), "request-1") << "a new library";
    EXPECT_EQ(node()->row("echo_a")->pid, neighbour_);
    return node().explain_death();
  }
  void TearDown() override {
    if (node_) {
      EXPECT_TRUE(node()->stop()) << node()->report();
    }
  }

 private:
  std::optional<NativeNode> node_;
  std::int64_t neighbour_ = 0;
};

using NativeDeathsOfD = NativeDeaths;

TEST_P(NativeDeaths, ACrashOfTheLibraryIsNamedByItsFunction) {
  start();
  const auto answer = node().send("crashes");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  const Value crash = await_next();
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash.string_or("signal", ""), "SIGSEGV");
  EXPECT_EQ(crash.uint_or("fault_address", 0), 8U);
  EXPECT_THAT(functions_of_first_thread(crash), StartsWith("library_crashes_here\n"));
}

TEST_P(NativeDeaths, ACrashInACallIsOnTheThreadThatMakesThem) {
  start();
  ASSERT_FALSE(node().send("crashes_here"));
  const Value crash = await_next();
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash.string_or("signal", ""), "SIGSEGV");
  EXPECT_THAT(functions_of_first_thread(crash),
              AllOf(StartsWith("library_crashes_here\n"), HasSubstr("CallThread::loop")));
}

TEST_P(NativeDeaths, ReplacedHandlersOfSignalsAreOursAgainAndTheRecordHasItsStacks) {
  start({.quirks = {"replaces_signals"}});
  EXPECT_GE(node().counter("handlers_restored"), 5U);
  EXPECT_TRUE(node().wait_for_log("SIGSEGV"));
  ASSERT_FALSE(node().send("crashes"));
  const Value crash = await_next();
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash.string_or("signal", ""), "SIGSEGV");
  EXPECT_THAT(functions_of_first_thread(crash), StartsWith("library_crashes_here\n"));
}

TEST_P(NativeDeaths, HandlersThatAreReplacedWhileItRunsAreOursAfterTheNextCall) {
  start();
  ASSERT_TRUE(node().send("replaces_signals"));
  ASSERT_TRUE(node().send(""));
  EXPECT_GE(node().counter("handlers_restored"), 5U);
  ASSERT_FALSE(node().send("crashes"));
  const Value crash = await_next();
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_THAT(functions_of_first_thread(crash), StartsWith("library_crashes_here\n"));
}

TEST_P(NativeDeaths, ACallThatDoesNotReturnEndsTheProcessWhichSaysWhere) {
  start({.settings = {"return_within_ms = 300"}});
  const auto answer = node().send("hangs");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  const Value crash = await_next();
  EXPECT_EQ(crash.string_or("signal", ""), "SIGABRT");
  EXPECT_EQ(last_word(crash, "reason"), "native.stuck");
  EXPECT_THAT(last_word(crash, "message"),
              testing::MatchesRegex("the library has not returned from logosdelivery_send for [0-9]+ ms"));
  EXPECT_THAT(functions_of_first_thread(crash), HasSubstr("library_hangs_here\n"));
}

TEST_P(NativeDeaths, AHangBehindReplacedHandlersLeavesItsStacks) {
  start({.settings = {"return_within_ms = 300"}});
  ASSERT_TRUE(node().send("replaces_signals"));
  ASSERT_FALSE(node().send("hangs"));
  EXPECT_THAT(functions_of_first_thread(await_next()), HasSubstr("library_hangs_here\n"));
}

TEST_P(NativeDeathsOfD, AQueueOfEventsThatIsStuckIsEndedAtOnce) {
  start();
  const auto answer = node().send("stuck");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  const Value crash = await_next();
  EXPECT_EQ(last_word(crash, "reason"), "native.stuck");
  EXPECT_THAT(last_word(crash, "message"), HasSubstr("event queue stuck"));
}

TEST_P(NativeDeaths, ALoopThatDoesNotRespondIsDegradedAndThenEnded) {
  start({.settings = {"silent_for_ms = 300"}});
  ASSERT_FALSE(node().send("stops_responding", milliseconds(100)));
  EXPECT_TRUE(node()->events().wait_for(EventLog::state("waku_native", "degraded"), kPatience)) << node()->report();
  EXPECT_THAT(last_word(await_next(), "message"), HasSubstr("its loop does not respond"));
}

TEST_P(NativeDeaths, QuitIsADeathWithAStackWhateverItsCode) {
  start();
  ASSERT_FALSE(node().send("quits"));
  EXPECT_THAT(functions_of_first_thread(await_next()), HasSubstr("library_quits_here\n"));
  ASSERT_FALSE(node().send("quits_well"));
  ASSERT_TRUE(node()->await_ready("waku_native", 2));
  EXPECT_THAT(functions_of_first_thread(node().explain_death(2)), HasSubstr("library_quits_here\n"));
}

TEST_P(NativeDeaths, AKilledLibraryIsBack) {
  start();
  ASSERT_TRUE(node()->kill("waku_native"));
  EXPECT_EQ(await_next().string_or("signal", ""), "SIGKILL");
}

const auto kName = [](const auto& instance) { return std::string(instance.param); };
INSTANTIATE_TEST_SUITE_P(OfGeneration, NativeDeaths, testing::Values("D", "B"), kName);
INSTANTIATE_TEST_SUITE_P(OfGeneration, NativeDeathsOfD, testing::Values("D"), kName);

}  // namespace
}  // namespace status::test
