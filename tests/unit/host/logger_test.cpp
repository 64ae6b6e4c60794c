#include "services/host/logger.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "ipc/wire/trace_scope.h"

namespace status::host {
namespace {

class LoggerTest : public ::testing::Test {
 protected:
  // What `act` writes to standard output, line by line.
  template <class Act>
  static std::vector<Value> lines_of(Act act) {
    ::testing::internal::CaptureStdout();
    act();
    std::vector<Value> lines;
    std::istringstream out(::testing::internal::GetCapturedStdout());
    for (std::string line; std::getline(out, line);) {
      Result<Value> parsed = parse_json(line);
      EXPECT_TRUE(parsed) << line;
      lines.push_back(parsed ? std::move(*parsed) : Value());
    }
    return lines;
  }
};

TEST_F(LoggerTest, ALineIsJsonWithItsOriginAndTheTraceOfTheCall) {
  SeededRandom random(1);
  const ipc::Trace trace = ipc::Trace::start(random);
  const std::int64_t before = SystemClock().unix_ms();
  const auto lines = lines_of([&] {
    Logger log("chat", 7, LogLevel::info);
    const ipc::TraceScope scope(&trace);
    log.warn("a \"quoted\"\nmessage", {{"reason", "store.damaged"}, {"count", 3}});
  });
  ASSERT_EQ(lines.size(), 1U) << "a line break in a message is no second line";
  const Value& line = lines[0];
  EXPECT_EQ(line.string_or("module", ""), "chat");
  EXPECT_EQ(line.uint_or("generation", 0), 7U);
  EXPECT_EQ(line.string_or("level", ""), "warn");
  EXPECT_EQ(line.string_or("trace", ""), trace.id_hex());
  EXPECT_EQ(line.string_or("message", ""), "a \"quoted\"\nmessage");
  EXPECT_EQ(line.string_or("reason", ""), "store.damaged");
  EXPECT_EQ(line.int_or("count", 0), 3);
  EXPECT_GE(line.int_or("time_ms", 0), before);
  EXPECT_LE(line.int_or("time_ms", 0), SystemClock().unix_ms());
}

TEST_F(LoggerTest, OutsideOfACallThereIsNoTrace) {
  SeededRandom random(1);
  const ipc::Trace trace = ipc::Trace::start(random);
  const auto lines = lines_of([&] {
    Logger log("keys", 1, LogLevel::info);
    { const ipc::TraceScope scope(&trace); }
    log.info("ready");
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find("trace"), nullptr);
}

TEST_F(LoggerTest, TheLevelMayChangeWhileItRuns) {
  const auto lines = lines_of([] {
    Logger log("waku", 1, LogLevel::warn);
    log.info("unheard");
    log.set_level(*log_level_from_word("debug"));
    log.debug("heard");
    log.write(LogLevel::trace, "unheard too");
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].string_or("message", ""), "heard");
  EXPECT_FALSE(log_level_from_word("loud"));
}

}  // namespace
}  // namespace status::host
