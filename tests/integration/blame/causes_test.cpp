// What makes a node slow besides a slow stage: blame names it, and says why.
#include <gmock/gmock.h>

#include <csignal>

#include "ipc/server/access.h"
#include "tests/integration/blame/blamed.h"
#include "tests/integration/blame/traffic.h"
#include "tests/support/scrape.h"
#include "tests/support/starvation.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

using testing::HasSubstr;

bool is_of(const Value& row, const std::string& module, const std::string& verdict) {
  return row.string_or("module", "") == module && row.string_or("verdict", "") == verdict;
}

TEST_F(Blamed, AModuleThatIsStoppedAnswersNobody) {
  const Traffic traffic(node_, {{{"waku.info", Value::Map(), 300}}}, 10ms);
  ASSERT_TRUE(node_.signal("waku", SIGSTOP));  // until its supervisor takes it for hung, three seconds later
  Value row;
  EXPECT_GE(seconds_until([](const Value& first) { return is_of(first, "waku", "unanswered"); }, row), 0)
      << place_of(row) << ": " << row.string_or("why", "");
}

// The processor is the neighbours', and not taken by code of waku's.
TEST_F(Blamed, OneThatIsStarvedIsNotBlamedForItsOwnCode) {
  const auto waku = node_.row("waku");
  ASSERT_TRUE(waku);
  const Traffic traffic(node_, Traffic::each({{"waku.info"}}), 10ms);
  const int cpu = some_cpu();
  ASSERT_TRUE(move_to_the_back(static_cast<pid_t>(waku->pid), cpu));
  const Neighbours neighbours(cpu, 8);
  Value row;
  EXPECT_GE(seconds_until([](const Value& first) { return is_of(first, "waku", "starved"); }, row), 0)
      << place_of(row) << ": " << row.string_or("why", "");
}

// The peer stands still, and waku waits for it.
TEST_F(Blamed, ASlowPeerIsNotWaku) {
  ProcessNode peer;
  ASSERT_TRUE(peer.start());
  ASSERT_TRUE(link(node_, peer));
  const auto info = peer.front().call("waku.info");
  ASSERT_TRUE(info);
  const std::size_t seen = peer.events().size();
  ASSERT_TRUE(peer.signal("waku", SIGSTOP));
  std::jthread other_end([&] {  // until its supervisor notices, which is before it takes it for hung
    (void)peer.events().wait_for(EventLog::state("waku", "degraded"), kPatience, seen);
    (void)peer.signal("waku", SIGCONT);
  });
  const auto answer = node_.front().call("waku.store_query", Value::map({{"peer", info->string_or("id", "")}}));
  EXPECT_TRUE(answer) << answer.error().describe();
  // Who waited for whom is among a module's own figures, which come every five seconds.
  const auto begin = std::chrono::steady_clock::now();
  Value first;
  do {
    const Value reply = run({"blame", "--since", "30s", "--json"}).json();
    first = reply.find("rows")->as_array()->front();
  } while (!is_of(first, "waku", "remote") && std::chrono::steady_clock::now() < begin + 2 * kWithin);
  EXPECT_TRUE(is_of(first, "waku", "remote")) << place_of(first) << ": " << first.string_or("why", "");
}

TEST_F(Blamed, ACallerWhoFloodsIsNamed) {
  const Outcome token = run({"token", "create", "greedy", "--method", "chat.*"});
  ASSERT_EQ(token.code, 0) << token.errors;
  const auto credential = ipc::parse_credential(token.json().string_or("token", ""));
  ASSERT_TRUE(credential);
  const Traffic usual(node_, Traffic::each({{"chat.list_conversations"}}), 50ms);
  Value row;
  const auto usual_is_known = [](const Value& first) {
    return first.string_or("verdict", "no_history") != "no_history";
  };
  ASSERT_GE(seconds_until(usual_is_known, row, 3 * kWithin), 0);
  std::vector<std::jthread> flood;
  for (int i = 0; i < 8; ++i) {
    flood.emplace_back([&](const std::stop_token& over) {
      const auto front = FrontDoor::open(node_.url(), *credential);
      while (front && !over.stop_requested()) (void)(*front)->call("chat.list_conversations");
    });
  }
  EXPECT_GE(seconds_until([](const Value& first) { return is_of(first, "chat", "demand_rose"); }, row), 0)
      << place_of(row) << ": " << row.string_or("why", "");
  EXPECT_THAT(row.string_or("why", ""), HasSubstr("greedy"));
}

TEST_F(Blamed, OneThatLeaksHasTheMostMemory) {
  ASSERT_EQ(run({"fault", "add", "keys.status", "--leak", "1M"}).code, 0);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(node_.front().call("keys.status"));
  const auto begin = std::chrono::steady_clock::now();
  Value keys, first;
  do {
    const Value reply = run({"blame", "--resource", "memory", "--json"}).json();
    first = reply.find("rows")->as_array()->front();
    for (const Value& row : *reply.find("rows")->as_array()) {
      if (row.string_or("module", "") == "keys") keys = row;
    }
  } while (keys.double_or("value", 0) < 20 << 20 && std::chrono::steady_clock::now() < begin + kWithin);
  EXPECT_GE(keys.double_or("value", 0), 20 << 20);
  // A sanitizer's memory is more than all of that.
  EXPECT_TRUE(kSanitized || first.string_or("module", "") == "keys") << first.string_or("module", "");
}

TEST_F(Blamed, AStalledExecutorSaysWhatItWasBusyWith) {
  ASSERT_EQ(run({"fault", "add", "chat.list_conversations", "--stage", "persist", "--delay", "60ms"}).code, 0);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(node_.front().call("chat.list_conversations"));
  const auto begin = std::chrono::steady_clock::now();
  std::string page;
  do {
    page = scrape(node_);
  } while (page.find("running=\"chat.list_conversations\"") == std::string::npos &&
           std::chrono::steady_clock::now() < begin + kWithin);
  EXPECT_THAT(page, HasSubstr("running=\"chat.list_conversations\""));
}

}  // namespace
}  // namespace status::test
