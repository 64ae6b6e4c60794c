// From records to blame, without a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/gateway/blame/call_tree.h"
#include "supervisor/gateway/blame/ledger.h"
#include "supervisor/gateway/blame/verdict.h"

namespace status::gateway {
namespace {

using metrics::flight::Record;
using metrics::flight::Side;
using metrics::flight::SpanId;
using testing::HasSubstr;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMs;

struct Times {
  std::uint64_t send = 0, queue = 0, handler = 0, persist = 0, backend = 0, other = 0, reply = 0;
};

class BlameTest : public ::testing::Test {
 protected:
  // All calls of a test are of one trace; spans are numbers.
  Record record(Side side, const std::string& method, const std::string& peer, std::uint8_t span, std::uint64_t total) {
    Record out;
    out.side = side;
    out.method = method;
    out.peer = peer;
    out.started_ns = now_ - total;
    out.total_ns = total;
    out.trace.trace_id = {9};
    out.trace.span_id = {span};
    return out;
  }
  void root(const std::string& method, std::uint8_t span, std::uint64_t total) {
    trees_.add("gateway", record(Side::answered, method, "local", span, total));
  }
  void made(const std::string& by, const std::string& method, std::uint8_t span, std::uint8_t parent,
            std::uint64_t total, const Times* t) {
    Record out = record(Side::made, method, method.substr(0, method.find('.')), span, total);
    if (parent != 0) out.parent = {parent};
    out.stages_known = t != nullptr;
    if (t != nullptr) out.stages = {t->send, t->queue, t->handler, t->persist, t->backend, t->other, t->reply};
    trees_.add(by, out);
  }
  static std::map<std::string, std::uint64_t> shares(const ExplainedCall& call) {
    std::map<std::string, std::uint64_t> out;
    std::uint64_t sum = 0;
    for (const TimeShare& share : call.shares) {
      out[share.module + " " + std::string(share.stage)] += share.ns;
      sum += share.ns;
    }
    EXPECT_EQ(sum, call.total_ns) << "all of it, and no more";
    return out;
  }

  std::uint64_t now_ = 1'000 * kSecond;
  CallTrees trees_;
};

TEST_F(BlameTest, TheTimeOfACallIsItsCalleesAndTheGatewaysRest) {
  const Times chat{
      .send = kMs, .queue = 2 * kMs, .handler = 3 * kMs, .persist = 4 * kMs, .backend = 5 * kMs, .reply = kMs};
  made("gateway", "chat.send_message", 1, 0, 16 * kMs, &chat);
  root("chat.send_message", 1, 18 * kMs);
  const auto calls = trees_.take(now_);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].method, "chat.send_message");
  EXPECT_EQ(calls[0].caller, "local");
  EXPECT_EQ(shares(calls[0]), (std::map<std::string, std::uint64_t>{{"chat backend", 5 * kMs},
                                                                    {"chat handler", 3 * kMs},
                                                                    {"chat persist", 4 * kMs},
                                                                    {"chat queue", 2 * kMs},
                                                                    {"chat reply", kMs},
                                                                    {"chat send", kMs},
                                                                    {"gateway handler", 2 * kMs}}));
}

TEST_F(BlameTest, WaitingForAnotherModuleIsThatModulesTime) {
  const Times chat{.handler = 2 * kMs, .other = 8 * kMs};
  const Times waku{.handler = kMs, .persist = 6 * kMs};
  made("chat", "waku.send", 2, 1, 7 * kMs, &waku);
  made("gateway", "chat.send_message", 1, 0, 10 * kMs, &chat);
  root("chat.send_message", 1, 10 * kMs);
  const auto calls = trees_.take(now_);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(shares(calls[0]),
            (std::map<std::string, std::uint64_t>{
                {"chat handler", 2 * kMs}, {"chat other", kMs}, {"waku handler", kMs}, {"waku persist", 6 * kMs}}));
}

TEST_F(BlameTest, WhoWaitsBehindASlowCallWaitsForWhatThatOneDoes) {
  Record slow = record(Side::answered, "chat.send_message", "gateway", 7, 10 * kMs);
  slow.stages_known = true;
  slow.stages = {0, 0, 2 * kMs, 0, 8 * kMs, 0, 0};
  trees_.add("chat", slow);
  // It came when half of that was done, and waited a millisecond longer.
  now_ += 6 * kMs;
  const Times chat{.queue = 6 * kMs, .handler = 5 * kMs};
  made("gateway", "chat.identity", 1, 0, 11 * kMs, &chat);
  root("chat.identity", 1, 11 * kMs);
  EXPECT_EQ(shares(trees_.take(now_).at(0)),
            (std::map<std::string, std::uint64_t>{
                {"chat backend", 4 * kMs}, {"chat handler", 6 * kMs}, {"chat queue", kMs}}));
}

TEST_F(BlameTest, CallsAtOnceShareWhatWasWaited) {
  const Times chat{.other = 6 * kMs};
  const Times waku{.backend = 6 * kMs};
  made("chat", "waku.send", 2, 1, 6 * kMs, &waku);
  made("chat", "waku.send", 3, 1, 6 * kMs, &waku);
  made("gateway", "chat.send_message", 1, 0, 6 * kMs, &chat);
  root("chat.send_message", 1, 6 * kMs);
  EXPECT_EQ(shares(trees_.take(now_).at(0)), (std::map<std::string, std::uint64_t>{{"waku backend", 6 * kMs}}));
}

TEST_F(BlameTest, WithoutAnAnswerNobodyKnowsWhere) {
  made("gateway", "chat.send_message", 1, 0, 10 * kMs, nullptr);
  root("chat.send_message", 1, 10 * kMs);
  EXPECT_EQ(shares(trees_.take(now_).at(0)), (std::map<std::string, std::uint64_t>{{"chat unknown", 10 * kMs}}));
}

TEST_F(BlameTest, ACallWhosePartsAreMissingIsWaitedForAndThenTheGateways) {
  root("chat.send_message", 1, 10 * kMs);
  EXPECT_TRUE(trees_.take(now_).empty());
  EXPECT_EQ(shares(trees_.take(now_ + 2 * kSecond).at(0)),
            (std::map<std::string, std::uint64_t>{{"gateway handler", 10 * kMs}}));
  root("supervisor.modules", 2, kMs);
  EXPECT_EQ(trees_.take(now_).size(), 1U) << "its own are not called from elsewhere";
  root("supervisor.events.next", 3, kMs);
  EXPECT_TRUE(trees_.take(now_ + 2 * kSecond).empty()) << "a poll waits by design";
}

ExplainedCall call(std::uint64_t ended_ns, std::uint64_t ms, const std::string& module = "chat",
                   std::string_view stage = "handler", const std::string& caller = "local") {
  ExplainedCall out;
  out.method = module + ".work";
  out.caller = caller;
  out.ended_ns = ended_ns;
  out.total_ns = ms * kMs;
  out.trace.trace_id = {static_cast<std::uint8_t>(ms)};
  out.shares = {{module, stage, ms * kMs}};
  return out;
}

TEST(LedgerTest, AWindowHasWhatEndedInIt) {
  Ledger ledger;
  for (std::uint64_t i = 1; i <= 100; ++i) ledger.add(call(100 * kSecond, i));
  ledger.add(call(200 * kSecond, 7, "waku", "backend", "token/dash"));
  const Ledger::Window first = ledger.window(90 * kSecond, 110 * kSecond);
  EXPECT_EQ(first.calls, 100U);
  const Ledger::Cell& cell = first.cells.at({"chat", "handler"});
  EXPECT_EQ(cell.calls, 100U);
  EXPECT_EQ(cell.ns, 5'050 * kMs);
  EXPECT_EQ(cell.slowest_ns, 100 * kMs);
  EXPECT_EQ(cell.slowest.trace_id[0], 100);
  EXPECT_NEAR(cell.spread.quantile_ms(0.5), 50, 10);
  EXPECT_NEAR(cell.spread.quantile_ms(0.99), 99, 20);
  const Ledger::Window second = ledger.window(190 * kSecond, 210 * kSecond);
  EXPECT_EQ(second.cells.size(), 1U);
  EXPECT_EQ(second.callers.at("token/dash"), 1U);
  EXPECT_EQ(ledger.window(0, 300 * kSecond).calls, 101U);
  EXPECT_EQ(ledger.window(0, 300 * kSecond, "waku.work").calls, 1U);
  EXPECT_EQ(ledger.window(0, 300 * kSecond, "waku.nothing").calls, 0U);
}

TEST(LedgerTest, IsBounded) {
  Ledger ledger;
  for (std::uint64_t hour = 0; hour < 100; ++hour) ledger.add(call(hour * 60 * kSecond, 1));
  EXPECT_EQ(ledger.window(0, 6'000 * kSecond).calls, 100U) << "one step each";
  for (std::uint64_t step = 0; step < 1'000; ++step) ledger.add(call((6'000 + 5 * step) * kSecond, 1));
  EXPECT_LE(ledger.window(0, 12'000 * kSecond).calls, 361U);
  Ledger many;
  for (int i = 0; i < 2'000; ++i) many.add(call(kSecond, 1, "m" + std::to_string(i)));
  const Ledger::Window window = many.window(0, 5 * kSecond);
  EXPECT_EQ(window.calls, 2'000U) << "none is lost";
  EXPECT_LE(window.cells.size(), 502U);
}

class VerdictTest : public ::testing::Test {
 protected:
  // `calls` a second of `ms` each for ten seconds.
  static void fill(Ledger::Window& window, Ledger::Cell& cell, std::uint64_t calls, std::uint64_t ms,
                   const std::string& caller = "local") {
    window.seconds = 10;
    window.calls += 10 * calls;
    window.callers[caller] += 10 * calls;
    cell.calls += 10 * calls;
    cell.ns += 10 * calls * ms * kMs;
  }
  Verdict verdict(const std::string& module = "chat", std::string_view stage = "handler") const {
    return judge({module, stage, now_, before_, window_now_, window_before_, use_});
  }
  std::string_view trend() const {
    return trend_of({"chat", "handler", now_, before_, window_now_, window_before_, use_});
  }

  Ledger::Window window_now_, window_before_;
  Ledger::Cell now_, before_;
  UseHistory::Uses use_;
};

TEST_F(VerdictTest, DemandThatRoseIsTheCallers) {
  fill(window_before_, before_, 10, 5);
  fill(window_now_, now_, 10, 5);
  fill(window_now_, now_, 40, 5, "token/flood");
  EXPECT_EQ(verdict().word, "demand_rose");
  EXPECT_THAT(verdict().why, HasSubstr("token/flood makes 40.0 a second more"));
  EXPECT_THAT(verdict().why, HasSubstr("50.0 calls a second, before 10.0"));
  EXPECT_EQ(trend(), "rising");
}

TEST_F(VerdictTest, SlowerAtEqualDemandIsTheModules) {
  fill(window_before_, before_, 10, 5);
  fill(window_now_, now_, 10, 55);
  EXPECT_EQ(verdict().word, "slower");
  EXPECT_THAT(verdict().why, HasSubstr("55.00 ms a call, before 5.00 ms"));
}

TEST_F(VerdictTest, AStarvedModuleIsNotBlamedForItsCode) {
  fill(window_before_, before_, 10, 5);
  fill(window_now_, now_, 10, 55);
  use_["chat"].run_delay_seconds = 4;
  use_["waku"].cpu_seconds = 9;
  EXPECT_EQ(verdict().word, "starved");
  EXPECT_THAT(verdict().why, HasSubstr("waku had most: 9.0 s"));
  EXPECT_EQ(verdict("chat", "unknown").word, "starved") << "nor taken for hung when it gets to no answer at all";
}

TEST_F(VerdictTest, ASlowPeerIsNotTheBackends) {
  fill(window_now_, now_, 10, 55);
  use_["waku"].backend_wait_seconds = 5;
  EXPECT_EQ(verdict("waku", "backend").word, "remote");
  use_["waku"].backend_wait_seconds = 1;
  EXPECT_EQ(verdict("waku", "backend").word, "no_history");
}

TEST_F(VerdictTest, OtherWordsForOtherReasons) {
  fill(window_now_, now_, 10, 5);
  EXPECT_EQ(verdict().word, "no_history");
  EXPECT_EQ(trend(), "new");
  EXPECT_EQ(verdict("chat", "unknown").word, "unanswered");
  EXPECT_EQ(verdict("chat", "other").word, "blocked");
  fill(window_before_, before_, 11, 5);
  EXPECT_EQ(verdict().word, "steady");
  EXPECT_EQ(trend(), "steady");
}

}  // namespace
}  // namespace status::gateway
