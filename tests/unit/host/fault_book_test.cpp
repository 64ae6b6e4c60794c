#include "services/host/faults/fault_book.h"

#include <gtest/gtest.h>

#include <future>

#include "ipc/wire/method_scope.h"

namespace status::host {
namespace {

using namespace std::chrono_literals;
using Go = FaultBook::Go;

api::Fault fault(const std::string& method, const std::string& stage, const std::string& kind) {
  api::Fault out;
  out.id = 7;
  out.method = method;
  out.stage = stage;
  out.kind = kind;
  return out;
}

class FaultBookTest : public ::testing::Test {
 protected:
  Result<Go> meet(const char* method, FaultStage stage) {
    const ipc::MethodScope scope(method);
    return book_.meet(stage);
  }

  SeededRandom random_{1};
  Logger log_{"chat", 1, LogLevel::error};
  FaultBook book_{random_, log_};
};

TEST_F(FaultBookTest, StrikesTheMethodAndTheStageAndNothingElse) {
  EXPECT_EQ(meet("chat.send_message", FaultStage::handler), Go::on) << "there are none";
  book_.set({fault("chat.send_message", "persist", "fail")});
  EXPECT_EQ(meet("chat.send_message", FaultStage::handler), Go::on);
  EXPECT_EQ(meet("chat.mark_read", FaultStage::persist), Go::on);
  EXPECT_EQ(book_.meet(FaultStage::persist), Go::on) << "outside of any call";
  const Result<Go> struck = meet("chat.send_message", FaultStage::persist);
  ASSERT_FALSE(struck);
  EXPECT_EQ(struck.error().code, Code::internal);
  EXPECT_EQ(struck.error().reason, "fault.injected");
  EXPECT_NE(struck.error().message.find("statusctl fault clear 7"), std::string::npos) << struck.error().message;
  book_.set({});
  EXPECT_EQ(meet("chat.send_message", FaultStage::persist), Go::on);
}

TEST_F(FaultBookTest, AStarIsAllOfAModule) {
  book_.set({fault("chat.*", "queue", "drop")});
  EXPECT_EQ(meet("chat.mark_read", FaultStage::queue), Go::drop);
  EXPECT_EQ(meet("chatter.mark_read", FaultStage::queue), Go::on);
}

TEST_F(FaultBookTest, ADelayTakesItsTime) {
  api::Fault slow = fault("chat.*", "backend", "delay");
  slow.delay_ms = 20;
  book_.set({slow});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(meet("chat.mark_read", FaultStage::backend), Go::on);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST_F(FaultBookTest, WhatHangsGoesOnWhenTheFaultIsClearedOrTheProcessEnds) {
  for (const bool end : {false, true}) {
    book_.set({fault("chat.*", "handler", "hang")});
    std::promise<void> inside;
    auto hangs = std::async(std::launch::async, [&] {
      const ipc::MethodScope scope("chat.mark_read");
      inside.set_value();
      return book_.meet(FaultStage::handler);
    });
    inside.get_future().wait();
    EXPECT_EQ(hangs.wait_for(20ms), std::future_status::timeout);
    end ? book_.end() : book_.set({});
    EXPECT_EQ(hangs.get(), Go::on);
  }
  EXPECT_EQ(meet("chat.mark_read", FaultStage::handler), Go::on) << "after the end nothing begins to hang";
}

TEST_F(FaultBookTest, HitsAboutAsManyAsItSays) {
  api::Fault some = fault("chat.*", "handler", "drop");
  some.percent = 25;
  book_.set({some});
  int hits = 0;
  for (int i = 0; i < 1'000; ++i) hits += meet("chat.mark_read", FaultStage::handler) == Go::drop ? 1 : 0;
  EXPECT_NEAR(hits, 250, 60);
}

TEST_F(FaultBookTest, CrashesTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  book_.set({fault("chat.*", "handler", "crash")});
  EXPECT_EXIT((void)meet("chat.mark_read", FaultStage::handler), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace status::host
