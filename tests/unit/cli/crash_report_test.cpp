// What `statusctl why` makes of crash records.
#include "supervisor/cli/statusctl/crash_report.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "ipc/base/codec.h"
#include "supervisor/records/node_files.h"
#include "tests/support/temp_dir.h"

namespace status::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Value frame(const std::string& name, const std::string& source = "echo.cpp:7") {
  Value function = Value::map({{"name", name}});
  if (!source.empty()) function.set("source", source);
  return Value::map(
      {{"object", "/usr/lib/libx.so.1"}, {"offset", 0x1234}, {"functions", Value::Array{std::move(function)}}});
}

Value thread(std::uint64_t tid, const std::string& name, std::size_t frames) {
  Value::Array list;
  for (std::size_t i = 0; i < frames; ++i) list.push_back(frame("status::deep" + std::to_string(i) + "(int)"));
  return Value::map({{"tid", tid}, {"name", name}, {"whole", true}, {"frames", std::move(list)}});
}

Value call(const std::string& method) {
  return Value::map({{"method", method}, {"trace_id", "0x12"}, {"running_ms", 1'500}});
}

// As large as a record can be.
Value large_crash() {
  Value::Array threads;
  for (std::uint64_t i = 0; i < 32; ++i) threads.push_back(thread(100 + i, "worker", 48));
  threads.front().set("method", "echo.block");
  threads.front().set("trace_id", "0x99");
  Value::Array calls(256, call("echo.block"));
  Value::Array log(200, Value(std::string(500, 'l')));
  return Value::map({{"generation", 7},
                     {"cause", "signal 11 (SIGSEGV)"},
                     {"fault_address", 0},
                     {"uptime_ms", 1'000},
                     {"build_id", "0123456789abcdef0123456789abcdef01234567"},
                     {"fatal", Value::map({{"reason", "r"}, {"message", "m"}})},
                     {"resources", Value::map({{"user_ms", 900}, {"system_ms", 100}, {"max_rss_bytes", 1 << 20}})},
                     {"calls_in_flight", std::move(calls)},
                     {"threads", std::move(threads)},
                     {"log", std::move(log)}});
}

std::string shown(const Value& crash, std::size_t rows = 24, std::size_t columns = 80,
                  const Value::Array& repeated = {}) {
  Screen screen(rows, columns);
  show_crash(screen, crash, repeated);
  return screen.text();
}

TEST(CrashReport, ADeathFitsOneScreenWhateverIsInIt) {
  const Value::Array repeated(9, Value::map({{"method", "m"}, {"deaths", 3}, {"of", 5}}));
  for (const std::size_t rows : {24U, 50U}) {
    const std::string text = shown(large_crash(), rows, 80, repeated);
    // With a line for the module's state, its transitions, and the prompt.
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    EXPECT_LE(lines + 1 + small_share(Screen(rows, 80)) + 1, rows) << text;
    EXPECT_THAT(text, HasSubstr("more frames; --json has all"));
    EXPECT_THAT(text, HasSubstr("more threads; --json has all"));
    EXPECT_THAT(text, HasSubstr("more calls; --json has all"));
  }
}

TEST(CrashReport, TheStackInQuestionComesWithItsCallAndNames) {
  const std::string text = shown(large_crash(), 50, 200);
  EXPECT_THAT(text, HasSubstr("signal 11 (SIGSEGV) at address 0x0, after 1.0s\n"));
  EXPECT_THAT(text, HasSubstr("Used: 1.0s of CPU, at most 1.0 MiB, 0 page reads; build 0123456789abcdef\n"));
  EXPECT_THAT(text, HasSubstr("Stack of thread 100 worker, running echo.block  trace 0x99:\n"
                              "  #0 status::deep0  echo.cpp:7\n  #1 status::deep1  echo.cpp:7\n"));
  EXPECT_THAT(text, HasSubstr("  thread 101 worker: status::deep0 < status::deep1 < "));
}

TEST(CrashReport, NamesAreShortAndGuessesSayThatTheyAre) {
  Value one = thread(1, "w", 0);
  Value::Array frames = {frame("std::_Function_handler<void (int), status::X<int> >::_M_invoke(std::_Any_data const&)"),
                         frame("status::(anonymous namespace)::Echo::block(status::ipc::Call const&)"),
                         frame("status::operator<<(std::ostream&, int)"), frame("nng_listen", "")};
  Value bare = frame("x");
  bare.set("functions", Value());
  frames.push_back(std::move(bare));
  one.set("frames", std::move(frames));
  one.set("whole", false);
  const std::string text = shown(Value::map({{"threads", Value::Array{std::move(one)}}}), 50, 200);
  EXPECT_THAT(text, HasSubstr("Stack of thread 1 w (not whole):\n"));
  EXPECT_THAT(text, HasSubstr("  #0 std::_Function_handler<…>::_M_invoke  echo.cpp:7\n"));
  EXPECT_THAT(text, HasSubstr("  #1 status::(anonymous namespace)::Echo::block  echo.cpp:7\n"));
  EXPECT_THAT(text, HasSubstr("  #2 status::operator<<  echo.cpp:7\n"));
  EXPECT_THAT(text, HasSubstr("  #3 libx.so.1 + 0x1234 (near nng_listen)\n"));
  EXPECT_THAT(text, HasSubstr("  #4 libx.so.1 + 0x1234\n"));
}

TEST(CrashReport, AMethodThatWasInFlightInSeveralDeathsIsPointedOut) {
  const auto crash = [](std::vector<std::string> methods) {
    Value::Array calls;
    for (const std::string& method : methods) calls.push_back(call(method));
    return Value::map({{"calls_in_flight", std::move(calls)}});
  };
  const Value::Array repeated =
      repeated_methods({crash({"chat.send_message", "chat.send_message"}), crash({"chat.send_message", "chat.once"}),
                        crash({}), crash({"chat.twice", "chat.send_message"}), crash({"chat.twice"})});
  ASSERT_EQ(repeated.size(), 2U);
  EXPECT_EQ(repeated[0].string_or("method", ""), "chat.send_message");
  EXPECT_EQ(repeated[0].uint_or("deaths", 0), 3U);
  EXPECT_EQ(repeated[1].string_or("method", ""), "chat.twice");
  const std::string text = shown(Value::map({{"cause", "exit 1"}}), 24, 80, repeated);
  EXPECT_THAT(text, HasSubstr("chat.send_message was in flight in 3 of its last 5 deaths\n"));
  EXPECT_TRUE(repeated_methods({crash({"chat.once"})}).empty());
  const auto asked = crash({"chat._sys.metrics", "chat.twice"});
  EXPECT_EQ(repeated_methods({asked, asked, crash({"chat._sys.metrics"})}).front().string_or("method", ""),
            "chat.twice")
      << "what the supervisor asks of everybody comes last";
}

TEST(CrashReport, RecordsAreReadFromTheNewestOn) {
  test::TempDir dir;
  for (const int generation : {2, 10, 9}) {
    test::write_file(dir / (std::to_string(generation) + ".json"),
                     R"({"generation": )" + std::to_string(generation) + "}");
  }
  test::write_file(dir / "11.json", "half a rec");
  test::write_file(dir / "notes.txt", "{}");
  const std::vector<Value> crashes = records::read_crashes(dir / "", 3);
  ASSERT_EQ(crashes.size(), 2U);
  EXPECT_EQ(crashes[0].uint_or("generation", 0), 10U);
  EXPECT_EQ(crashes[1].uint_or("generation", 0), 9U);
  EXPECT_TRUE(records::read_crashes(dir / "nowhere", 3).empty());
}

TEST(Screen, CutsAtItsWidthBetweenCharacters) {
  Screen screen(24, 5);
  screen.add("äöüäöü");
  screen.add("äöüäö");
  EXPECT_EQ(screen.text(), "äöüä…\näöüäö\n");
}

}  // namespace
}  // namespace status::cli
