// What statusctl makes of what it is told: waterfall, top, faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/top_table.h"
#include "supervisor/cli/statusctl/waterfall.h"

namespace status::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMs = 1'000'000;

Value record(const std::string& module, const std::string& side, const std::string& method, const std::string& peer,
             const std::string& span, const std::string& parent, std::uint64_t begin, std::uint64_t total) {
  return Value::map({{"module", module},
                     {"side", side},
                     {"method", method},
                     {"peer", peer},
                     {"code", "OK"},
                     {"span", span},
                     {"parent", parent},
                     {"started_ns", begin},
                     {"total_ns", total}});
}

Value with_stages(Value record, std::uint64_t handler, std::uint64_t persist, std::uint64_t other) {
  record.set("stages", Value::map({{"handler_ns", handler}, {"persist_ns", persist}, {"other_ns", other}}));
  return record;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

TEST(Waterfall, DrawsACallBelowTheOneThatItWasMadeFor) {
  const Value::Array records = {
      with_stages(record("gateway", "made", "chat.send_message", "chat", "01", "", 0, 100 * kMs), 20 * kMs, 0,
                  80 * kMs),
      with_stages(record("chat", "answered", "chat.send_message", "gateway", "01", "", kMs, 99 * kMs), 19 * kMs, 0,
                  80 * kMs),
      with_stages(record("chat", "made", "waku.send", "waku", "02", "01", 20 * kMs, 80 * kMs), 0, 80 * kMs, 0)};
  const std::vector<std::string> lines = lines_of(waterfall(records, 10));
  ASSERT_EQ(lines.size(), 3U) << waterfall(records, 10) << "both ends of a call are one line";
  EXPECT_TRUE(lines[1].starts_with("chat")) << lines[1];
  EXPECT_THAT(lines[1], HasSubstr("100 ms"));
  EXPECT_THAT(lines[1], HasSubstr("hhoooooooo"));
  EXPECT_THAT(lines[1], HasSubstr("handler 20 ms, other 80 ms"));
  EXPECT_TRUE(lines[2].starts_with("  waku")) << lines[2];
  EXPECT_THAT(lines[2], HasSubstr("  pppppppp"));
}

TEST(Waterfall, SaysWhatItDoesNotKnow) {
  const Value::Array records = {record("gateway", "made", "chat.send_message", "chat", "01", "", 0, 100 * kMs)};
  EXPECT_THAT(waterfall(records, 10), HasSubstr("??????????"));
  EXPECT_THAT(waterfall(records, 10), HasSubstr("unknown"));
  EXPECT_THAT(waterfall({}, 10), HasSubstr("Nothing of that trace"));
}

Value row(const std::string& module, double rate, std::uint64_t memory) {
  return Value::map({{"module", module},
                     {"state", "ready"},
                     {"calls_per_second", rate},
                     {"anonymous_bytes", memory},
                     {"stages", Value::map({{"handler_ns", 3 * kMs}, {"persist_ns", kMs}})}});
}

TEST(TopTable, IsInTheOrderThatIsAskedFor) {
  const Value reply =
      Value::map({{"rows", Value::Array{row("chat", 5, 100), row("keys", 1, 300), row("waku", 9, 200)}}});
  const auto names = [&](TopOrder order) {
    std::string out;
    for (const Value& each : ordered(reply, order)) out += each.string_or("module", "") + " ";
    return out;
  };
  EXPECT_EQ(names(TopOrder::name), "chat keys waku ");
  EXPECT_EQ(names(TopOrder::rate), "waku chat keys ");
  EXPECT_EQ(names(TopOrder::memory), "keys waku chat ");
  const std::string table = top_table(ordered(reply, TopOrder::rate), 1);
  EXPECT_THAT(lines_of(table).at(2), testing::StartsWith(">  chat"));
  EXPECT_THAT(table, HasSubstr("hhhhhhhhhhhhhhhhhhpppppp")) << "three parts and one";
}

TEST(FaultSpec, TakesMeasuresAsPeopleWriteThem) {
  EXPECT_EQ(fault_spec({.method = "chat.*", .kind = "delay", .measure = "200ms"})->uint_or("delay_ms", 0), 200U);
  EXPECT_EQ(fault_spec({.method = "chat.*", .kind = "delay", .measure = "2s"})->uint_or("delay_ms", 0), 2'000U);
  EXPECT_EQ(fault_spec({.method = "chat.*", .kind = "leak", .measure = "64k"})->uint_or("bytes", 0), 65'536U);
  EXPECT_EQ(fault_spec({.method = "chat.*", .kind = "leak", .measure = "1M"})->uint_or("bytes", 0), 1U << 20);
  EXPECT_EQ(fault_spec({.method = "chat.*", .kind = "flood", .lines = 7})->uint_or("lines", 0), 7U);
  for (const char* wrong : {"", "soon", "5", "-1ms", "1e3ms"}) {
    EXPECT_FALSE(fault_spec({.method = "chat.*", .kind = "delay", .measure = wrong})) << wrong;
  }
  for (const char* wrong : {"", "much", "k", "99999999999999999999", "1T"}) {
    EXPECT_FALSE(fault_spec({.method = "chat.*", .kind = "leak", .measure = wrong})) << wrong;
  }
}

}  // namespace
}  // namespace status::cli
