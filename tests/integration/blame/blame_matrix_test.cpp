// A fault of 50 ms in every stage of every module, one after the other: `statusctl blame` ranks that stage of that
// module first within ten seconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/integration/blame/blamed.h"
#include "tests/integration/blame/traffic.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

TEST_F(Blamed, EveryStageOfEveryModule) {
  ProcessNode peer;
  ASSERT_TRUE(peer.start());
  const Result<Conversation> talk = converse(node_, peer);
  ASSERT_TRUE(talk) << talk.error().describe();
  ASSERT_TRUE(peer.stop()) << "it only had to introduce itself";
  const Traffic traffic(
      node_,
      Traffic::each({{"chat.list_conversations"},
                     {"chat.identity"},
                     {"chat.send_message", Value::map({{"conversation", talk->id}, {"content", "x"}})},
                     {"waku.info"},
                     {"waku.peers"},
                     {"storage.space"},
                     {"keys.status"}}),
      50ms);  // so that a machine that is slow has time for all of them: what is late then is late by the fault
  std::printf("%-28s %-8s %8s %8s  %s\n", "method", "stage", "first", "share", "why");
  for (const Place& cell : every_place()) {
    const Outcome added = run({"fault", "add", cell.method, "--stage", cell.stage, "--delay", "50ms"});
    ASSERT_EQ(added.code, 0) << added.errors;
    const std::string module = cell.method.substr(0, cell.method.find('.'));
    Value row;
    const double seconds = seconds_until(module + " " + cell.stage, row);
    EXPECT_GE(seconds, 0) << cell.method << " " << cell.stage << ": after ten seconds it is " << place_of(row);
    EXPECT_NE(row.string_or("owner", ""), "");
    std::printf("%-28s %-8s %6.1f s %6.1f %%  %s\n", cell.method.c_str(), cell.stage.c_str(), seconds,
                row.double_or("share", 0) * 100, row.string_or("why", "").c_str());
    ASSERT_EQ(run({"fault", "clear"}).code, 0);
  }
  EXPECT_TRUE(node_.stop());
}

// What the table says of the slowest call can be looked into.
TEST_F(Blamed, TheTraceOfARowShowsTheStage) {
  const Traffic traffic(node_, Traffic::each({{"waku.info"}}), 10ms);
  ASSERT_EQ(run({"fault", "add", "waku.info", "--stage", "persist", "--delay", "50ms"}).code, 0);
  Value row;
  // Not one that took its time without the fault.
  const auto slowed = [](const Value& first) {
    return place_of(first) == "waku persist" && first.double_or("p50_ms", 0) > 40;
  };
  ASSERT_GE(seconds_until(slowed, row), 0) << place_of(row);
  const std::string trace = row.string_or("trace", "");
  const Value shown = run({"trace", trace, "--json"}).json();
  const Value* records = shown.find("records");
  ASSERT_NE(records, nullptr);
  bool seen = false;
  for (const Value& record : *records->as_array()) {
    EXPECT_EQ(record.string_or("trace", ""), trace);
    const Value* stages = record.find("stages");
    const bool waku = record.string_or("module", "") == "waku" && record.string_or("side", "") == "answered";
    seen = seen || (waku && stages != nullptr && stages->uint_or("persist_ns", 0) >= 50'000'000);
  }
  EXPECT_TRUE(seen) << shown.find("records")->as_array()->size() << " records";
  const Value slow = run({"trace", "slow", "waku.info", "--json"}).json();
  EXPECT_GE(slow.find("records")->as_array()->front().uint_or("total_ns", 0), 50'000'000U);
}

// A module that is dead or hangs has its records all the same.
TEST_F(Blamed, TheRecorderOfADeadModuleIsRead) {
  ASSERT_TRUE(node_.front().call("waku.peers"));
  const auto waku = node_.row("waku");
  ASSERT_TRUE(waku);
  ASSERT_TRUE(node_.front().call("supervisor.stop", Value::map({{"module", "chat"}})));
  ASSERT_TRUE(node_.kill("waku"));
  const Value flight = run({"flight", "waku", "--method", "waku.peers", "--json"}).json();
  const Value* records = flight.find("records");
  ASSERT_NE(records, nullptr);
  ASSERT_FALSE(records->as_array()->empty());
  EXPECT_EQ(records->as_array()->back().uint_or("generation", 0), waku->generation);
  EXPECT_EQ(records->as_array()->back().string_or("peer", ""), "gateway");
}

TEST_F(Blamed, ResourcesAreRanked) {
  const Traffic traffic(node_, Traffic::each({{"chat.list_conversations"}}), 1ms);
  for (const char* resource : {"cpu", "memory", "network", "disk"}) {
    const Value reply = run({"blame", "--resource", resource, "--since", "10s", "--json"}).json();
    const Value* rows = reply.find("rows");
    ASSERT_NE(rows, nullptr) << resource;
    EXPECT_EQ(rows->as_array()->size(), 5U) << resource;
    double last = 1;
    for (const Value& row : *rows->as_array()) {
      EXPECT_LE(row.double_or("share", 2), last) << resource;
      last = row.double_or("share", 2);
      EXPECT_NE(row.string_or("why", ""), "");
    }
  }
}

}  // namespace
}  // namespace status::test
