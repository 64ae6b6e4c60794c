// statusctl logs on files alone: which lines it shows.
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/time_text.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"

namespace status::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  int code = -1;
  std::string output;
  std::string errors;
};

std::string line(std::int64_t time_ms, std::uint64_t generation, const std::string& message) {
  return to_json(Value::map({{"time_ms", time_ms},
                             {"level", "info"},
                             {"module", "chat"},
                             {"generation", generation},
                             {"message", message}})) +
         "\n";
}

class Logs : public testing::Test {
 protected:
  // `age`: 0 is the file that is being written to.
  void write(const std::string& module, int age, const std::string& text) {
    const std::string name = module + ".log" + (age == 0 ? "" : "." + std::to_string(age));
    test::write_file(dir_ / ("logs/" + name), text);
  }
  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), {STATUSCTL, "--data-dir", dir_.path(), "logs"});
    test::ChildProcess process(words, {}, test::ChildProcess::Errors::apart);
    const auto code = process.wait(test::kPatience);
    return {code.value_or(-1), process.read_all(), process.errors()};
  }
  std::vector<std::string> messages(const std::vector<std::string>& words) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    std::vector<std::string> out;
    std::istringstream lines(outcome.output);
    for (std::string text; std::getline(lines, text);) {
      out.push_back(parse_json(text).value_or(Value()).string_or("message", text));
    }
    return out;
  }

  test::TempDir dir_;
};

TEST_F(Logs, RotatedFilesComeFirstAndModulesAreMergedByTime) {
  write("chat", 2, line(1, 1, "c1"));
  write("chat", 1, line(3, 1, "c3"));
  write("chat", 0, line(5, 1, "c5"));
  write("waku", 1, line(2, 1, "w2"));
  write("waku", 0, line(4, 1, "w4") + line(6, 1, "w6"));
  EXPECT_THAT(messages({}), ElementsAre("c1", "w2", "c3", "w4", "c5", "w6"));
  EXPECT_THAT(messages({"chat"}), ElementsAre("c1", "c3", "c5"));
}

TEST_F(Logs, SinceIsASpanATimeOrMilliseconds) {
  const std::int64_t now = SystemClock().unix_ms();
  write("chat", 1, line(now - 7'200'000, 1, "two hours ago"));
  write("chat", 0, line(now - 300'000, 1, "five minutes ago") + line(now, 1, "now"));
  EXPECT_THAT(messages({"--since", "10m"}), ElementsAre("five minutes ago", "now"));
  EXPECT_THAT(messages({"--since", "60s"}), ElementsAre("now"));
  EXPECT_EQ(messages({"--since", "3h"}).size(), 3u);
  EXPECT_EQ(messages({"--since", "1d"}).size(), 3u);
  EXPECT_THAT(messages({"--since", std::to_string(now - 300'000)}), ElementsAre("five minutes ago", "now"));
  EXPECT_EQ(messages({"--since", "2020-01-01T00:00:00Z"}).size(), 3u);
  EXPECT_THAT(messages({"--since", "2100-01-01T00:00:00Z"}), IsEmpty());
  // What was last written to before is not even read.
  std::filesystem::last_write_time(dir_ / "logs/chat.log.1",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(messages({"--since", "1h"}).size(), 2u);
}

TEST(ParseSince, KnowsTimesAndSaysWhatItDoesNotKnow) {
  constexpr std::int64_t kNow = 1'700'000'000'000;
  EXPECT_EQ(parse_since("90s", kNow).value(), kNow - 90'000);
  EXPECT_EQ(parse_since("3d", kNow).value(), kNow - 3 * 86'400'000LL);
  EXPECT_EQ(parse_since("1700000000000", kNow).value(), kNow);
  EXPECT_EQ(parse_since("2023-11-14T22:13:20Z", kNow).value(), kNow);
  EXPECT_EQ(parse_since("2023-11-15T00:13:20.25+02:00", kNow).value(), kNow + 250);
  for (const char* bad : {"", "m", "-5m", "10 m", "yesterday", "2023-11-14", "2023-11-14T22:13:20", "10w",
                          "2023-02-31T00:00:00Z", "2023-11-14T22:13:20Zx", "2023-11-14T22:13:20.Z"}) {
    const auto parsed = parse_since(bad, kNow);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().message, HasSubstr("RFC 3339")) << bad;
  }
}

TEST_F(Logs, GrepIsARegularExpressionOverWhatATerminalShows) {
  write("chat", 0, line(1, 1, "lost \"alpha\" (1)") + line(2, 1, "lost beta") + line(3, 1, "found alpha"));
  EXPECT_THAT(messages({"--grep", "lost.*alpha"}), ElementsAre("lost \"alpha\" (1)"));
  EXPECT_THAT(messages({"--grep", "\"alpha\""}), ElementsAre("lost \"alpha\" (1)")) << "not as JSON writes it";
  EXPECT_THAT(messages({"--grep", "\\Q(1)"}), ElementsAre("lost \"alpha\" (1)"));
  EXPECT_EQ(messages({"--grep", "^info  chat"}).size(), 3u);
  EXPECT_THAT(messages({"--grep", "nothing"}), IsEmpty());
  const Outcome bad = run({"--grep", "lost("});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.errors, HasSubstr("`lost(` is no regular expression: missing )"));
  const Outcome time = run({"--since", "yesterday"});
  EXPECT_EQ(time.code, 2);
  EXPECT_THAT(time.errors, HasSubstr("`yesterday` is no time"));
}

TEST_F(Logs, PreviousIsTheIncarnationBeforeThisOne) {
  write("chat", 1, line(1, 3, "third") + line(2, 5, "fifth begins"));
  write("chat", 0, line(3, 5, "fifth ends") + line(4, 6, "sixth"));
  EXPECT_THAT(messages({"chat", "--previous"}), ElementsAre("fifth begins", "fifth ends"));
  EXPECT_THAT(messages({"chat", "--previous", "--grep", "ends"}), ElementsAre("fifth ends"));
  EXPECT_EQ(run({"--previous"}).code, 2) << "of which module?";
  EXPECT_EQ(run({"chat", "--previous", "-f"}).code, 2) << "it says nothing any more";
  write("waku", 0, line(1, 1, "the first"));
  const Outcome first = run({"waku", "--previous"});
  EXPECT_EQ(first.code, 1);
  EXPECT_THAT(first.errors, HasSubstr("cli.no_previous"));
}

TEST_F(Logs, FollowingSinceATimeBeginsWithTheRotatedFiles) {
  write("chat", 1, line(1, 1, "rotated"));
  write("chat", 0, line(2, 1, "current"));
  const auto first_line = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {STATUSCTL, "--data-dir", dir_.path(), "logs", "-f", "chat"});
    test::ChildProcess process(words);
    EXPECT_TRUE(process.wait_for_line("current", test::kPatience));
    return process.output().substr(0, process.output().find('\n'));
  };
  EXPECT_THAT(first_line({}), HasSubstr("current"));
  EXPECT_THAT(first_line({"--since", "0"}), HasSubstr("rotated"));
}

}  // namespace
}  // namespace status::cli
