// What statusd keeps of what modules write, on a real file system.
#include <gtest/gtest.h>

#include <filesystem>

#include "ipc/base/codec.h"
#include "supervisor/process/module_log.h"
#include "tests/support/temp_dir.h"

namespace status::supervisor {
namespace {

namespace fs = std::filesystem;

TEST(LogFile, RotatesBySizeAndCount) {
  const test::TempDir dir;
  const FakeClock clock;
  LogFile log(dir / "l", {.max_bytes = 100, .files = 3}, clock);
  for (int i = 0; i < 40; ++i) log.append("line " + std::to_string(i) + std::string(20, '.'));
  EXPECT_FALSE(fs::exists(dir / "l.3"));
  std::string newest;
  for (const char* name : {"l.2", "l.1", "l"}) {
    EXPECT_LE(fs::file_size(dir / name), 100u);
    newest += test::read_file(dir / name);
  }
  EXPECT_THAT(newest, testing::EndsWith("line 39" + std::string(20, '.') + "\n"));
  EXPECT_EQ(std::count(newest.begin(), newest.end(), '\n'), 7);
}

TEST(LogFile, OtherLimitsHoldFromTheNextLineOn) {
  const test::TempDir dir;
  const FakeClock clock;
  LogFile log(dir / "l", {.max_bytes = 100, .files = 4}, clock);
  for (int i = 0; i < 4; ++i) log.append(std::string(80, 'x'));
  ASSERT_TRUE(fs::exists(dir / "l.3"));
  log.set_limits({.max_bytes = 1'000, .files = 2});
  EXPECT_FALSE(fs::exists(dir / "l.3"));
  EXPECT_FALSE(fs::exists(dir / "l.2"));
  for (int i = 0; i < 5; ++i) log.append(std::string(80, 'y'));
  EXPECT_EQ(fs::file_size(dir / "l"), 6 * 81U) << "the larger limit lets it grow";
  log.set_limits({.max_bytes = 100, .files = 1});
  log.append("alone");
  EXPECT_EQ(test::read_file(dir / "l"), "alone\n");
  EXPECT_FALSE(fs::exists(dir / "l.1"));
}

TEST(LogFile, TheTailIsBounded) {
  const test::TempDir dir;
  const FakeClock clock;
  LogFile log(dir / "l", {}, clock);
  for (int i = 0; i < 300; ++i) log.append(std::to_string(i) + std::string(10'000, 'x'));
  const auto tail = log.tail();
  ASSERT_EQ(tail.size(), LogFile::kTailLines);
  EXPECT_TRUE(tail.front().starts_with("100x"));
  EXPECT_EQ(tail.back().size(), LogFile::kTailLineBytes);
}

TEST(LogFile, LinesThatCannotBeWrittenAreCountedAndReported) {
  const test::TempDir dir;
  const FakeClock clock;
  LogFile log(dir / "missing/l", {}, clock);
  log.append("one");
  log.append("two");
  fs::create_directory(dir / "missing");
  log.append("three");
  const std::string text = test::read_file(dir / "missing/l");
  EXPECT_THAT(text, testing::HasSubstr("2 log lines could not be written"));
  EXPECT_THAT(text, testing::EndsWith("three\n"));
}

TEST(ModuleLog, AJsonObjectIsCompletedAndAnythingElseIsWrapped) {
  const std::string whole = R"({"time_ms":3,"module":"m","generation":9,"a":1})";
  EXPECT_EQ(as_log_object(whole, "stdout", "m", 1, 2), whole);
  EXPECT_EQ(as_log_object(R"({"time_ms":3,"a":1.50} )", "stdout", "m", 1, 2),
            R"({"time_ms":3,"a":1.50,"module":"m","generation":1})");
  EXPECT_EQ(as_log_object("{}", "stdout", "m", 1, 2), R"({"time_ms":2,"module":"m","generation":1})");
  EXPECT_EQ(as_log_object(R"({"a":1)", "stderr", "m", 1, 2),
            R"({"time_ms":2,"level":"warn","module":"m","generation":1,"stream":"stderr","message":"{\"a\":1"})");
  EXPECT_THAT(as_log_object("\xff\x1b[31m", "stdout", "m", 1, 2), testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_TRUE(parse_json(as_log_object("\xff\x1b[31m", "stdout", "m", 1, 2)).has_value());
}

TEST(LogBucket, LetsABurstThroughAndThenItsRate) {
  MonotonicTime now{std::chrono::hours(1)};
  LogBucket bucket({.lines_per_s = 10, .burst = 30}, now);
  const auto taken = [&](std::size_t bytes) {
    int count = 0;
    while (bucket.take(bytes, now)) ++count;
    return count;
  };
  EXPECT_EQ(taken(100), 30);
  now += std::chrono::milliseconds(500);
  EXPECT_EQ(taken(100), 5);
  now += std::chrono::hours(1);
  EXPECT_EQ(taken(100), 30) << "no more than a burst is saved up";
  now += std::chrono::hours(1);
  EXPECT_EQ(taken(10 * 1'024), 2) << "a line of 10 KiB costs what eleven short ones do";
}

TEST(ModuleLog, WhatIsTooMuchIsCountedReportedAndInTheTail) {
  const test::TempDir dir;
  FakeClock clock;
  ModuleLog log("m", dir.path(), {}, {.lines_per_s = 10, .burst = 3}, clock);
  for (int i = 0; i < 8; ++i) log.take("line " + std::to_string(i), "stdout", 7);
  EXPECT_EQ(log.dropped(), 5u);
  EXPECT_THAT(log.tail().back(), testing::HasSubstr("line 7")) << "the last words count most";
  EXPECT_TRUE(log.report_dropped(7));
  EXPECT_FALSE(log.report_dropped(7)) << "said already";
  clock.advance(std::chrono::milliseconds(100));
  EXPECT_TRUE(log.take("again", "stdout", 7));
  EXPECT_FALSE(log.take("too much", "stdout", 7));
  EXPECT_TRUE(log.report_dropped(7));
  EXPECT_EQ(log.dropped(), 6u);
  const std::string text = test::read_file(dir / "m.log");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
  EXPECT_THAT(text, testing::HasSubstr("\"message\":\"5 log lines were dropped: more than logs.max_lines_per_s = 10"));
  EXPECT_THAT(text, testing::HasSubstr("\"message\":\"1 log lines were dropped"));
}

TEST(ModuleLog, AnotherRateBeginsWithAFullBucketAndTheSameOneRefillsNothing) {
  const test::TempDir dir;
  const FakeClock clock;
  ModuleLog log("m", dir.path(), {}, {.lines_per_s = 10, .burst = 1}, clock);
  EXPECT_TRUE(log.take("1", "stdout", 7));
  log.set_limits({}, {.lines_per_s = 10, .burst = 1});
  EXPECT_FALSE(log.take("2", "stdout", 7));
  log.set_limits({}, {.lines_per_s = 10, .burst = 2});
  EXPECT_TRUE(log.take("3", "stdout", 7));
  EXPECT_TRUE(log.take("4", "stdout", 7));
  EXPECT_FALSE(log.take("5", "stdout", 7));
}

TEST(ModuleLog, NobodyFillsTheJournalWithComplaints) {
  const test::TempDir dir;
  FakeClock clock;
  ModuleLog log("m", dir.path(), {}, {}, clock);
  int said = 0;
  for (int i = 0; i < 1'000; ++i) said += log.may_complain() ? 1 : 0;
  EXPECT_EQ(said, 20);
  EXPECT_EQ(log.dropped(), 980u);
  clock.advance(std::chrono::seconds(3));
  for (int i = 0; i < 1'000; ++i) said += log.may_complain() ? 1 : 0;
  EXPECT_EQ(said, 23);
}

std::uint64_t bytes_in(const std::string& directory) {
  std::uint64_t sum = 0;
  for (const auto& entry : fs::directory_iterator(directory)) sum += entry.file_size();
  return sum;
}

TEST(LogQuota, TakesTheOldestRotatedFileOfTheLargestLog) {
  const test::TempDir dir;
  const std::string kib(1'024, 'x');
  for (const char* name : {"a.log", "a.log.1", "a.log.2", "a.log.10", "b.log", "b.log.1", "gone.log"}) {
    test::write_file(dir / name, kib);
  }
  test::write_file(dir / "notes.txt", kib);
  LogQuota quota(dir.path(), 5 * 1'024 + 1, 2);
  quota.grew(1);
  EXPECT_FALSE(fs::exists(dir / "a.log.10"));
  EXPECT_FALSE(fs::exists(dir / "a.log.2"));
  for (const char* name : {"a.log", "a.log.1", "b.log", "b.log.1", "gone.log", "notes.txt"}) {
    EXPECT_TRUE(fs::exists(dir / name)) << name;
  }
  LogQuota small(dir.path(), 10, 2);
  small.grew(1);
  for (const char* name : {"a.log", "b.log", "gone.log"}) {
    EXPECT_TRUE(fs::exists(dir / name)) << name << " may be the one that is written to";
  }
  EXPECT_FALSE(fs::exists(dir / "a.log.1"));
  EXPECT_FALSE(fs::exists(dir / "b.log.1"));
}

TEST(LogQuota, ASmallerOneIsObeyedWithTheNextLine) {
  const test::TempDir dir;
  const std::string kib(1'024, 'x');
  for (const char* name : {"a.log", "a.log.1", "a.log.2"}) test::write_file(dir / name, kib);
  LogQuota quota(dir.path(), 10 * 1'024, 1);
  quota.grew(1);
  EXPECT_TRUE(fs::exists(dir / "a.log.2"));
  quota.set_limits(2 * 1'024 + 1, 2);
  EXPECT_EQ(quota.share(), 1'024U);
  quota.grew(1);
  EXPECT_FALSE(fs::exists(dir / "a.log.2"));
  EXPECT_TRUE(fs::exists(dir / "a.log.1"));
}

TEST(LogQuota, HoldsForSeveralLogsTogetherAtEveryMoment) {
  const test::TempDir dir;
  const FakeClock clock;
  constexpr std::uint64_t kTotal = 60'000;
  LogQuota quota(dir.path(), kTotal, 3);
  const LogLimits limits{.max_bytes = 30'000, .files = 5, .quota = &quota};
  LogFile flooding(dir / "flooding.log", limits, clock);
  LogFile quiet(dir / "quiet.log", limits, clock);
  quiet.append("the one line of the quiet one");
  for (int i = 0; i < 2'000; ++i) {
    flooding.append(std::string(static_cast<std::size_t>(i % 300), 'x'));
    ASSERT_LE(bytes_in(dir.path()), kTotal);
  }
  EXPECT_GT(bytes_in(dir.path()), kTotal / 2);
  EXPECT_THAT(test::read_file(dir / "quiet.log"), testing::HasSubstr("the quiet one"));
}

}  // namespace
}  // namespace status::supervisor
