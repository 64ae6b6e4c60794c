// The merged stream: one order, nothing lost and nothing twice, whoever is restarted.
#include <gmock/gmock.h>

#include <numeric>

#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> out(last);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

ipc::control::SupervisorEvent supervisor_event(std::uint64_t seq) {
  return {.seq = seq,
          .topic = "supervisor.module_state",
          .time_ms = 1'700'000'000'000 + static_cast<std::int64_t>(seq),
          .generation = 4,
          .data = Value::map({{"n", seq}})};
}

class MergedStream : public GatewayTest {};

TEST_F(MergedStream, HasTheEventsOfAllModulesInOneOrderWithTheirOwnTimeAndGeneration) {
  start();
  TestModule& chat = add_module("chat", 7);
  TestModule& waku = add_module("waku", 9);
  chat.publish("said", 1);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(1));
  waku.publish("sent", 5);
  const Result<api::StreamReply> page = poll();
  ASSERT_TRUE(page && page->events.size() == 1);
  const api::StreamEvent& event = page->events.front();
  EXPECT_EQ(event.topic, "waku.sent");
  EXPECT_EQ(event.generation, 9U);
  EXPECT_EQ(event.seq, 2U);
  EXPECT_GT(event.time_ms, 1'600'000'000'000);
  EXPECT_THAT(others_, IsEmpty());
}

TEST_F(MergedStream, HasWhatAModulePublishedBeforeItWasFollowed) {
  start();
  modules_["chat"] = std::make_unique<TestModule>(dir_.url("chat"), "chat");
  for (std::uint64_t n = 1; n <= 250; ++n) modules_["chat"]->publish("said", n);
  tell(row("chat", "ready"));
  EXPECT_EQ(numbers("chat.said", 250), up_to(250));
}

TEST_F(MergedStream, AModuleCannotSpeakForAnother) {
  start();
  add_module("chat").publish_as("waku.sent", 1);
  EXPECT_THAT(numbers("chat.waku.sent", 1), ElementsAre(1));
}

TEST_F(MergedStream, SurvivesARestartOfTheGatewayExactlyOnce) {
  start();
  TestModule& chat = add_module("chat");
  std::vector<std::uint64_t> got;
  std::uint64_t published = 0;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 37; ++i) chat.publish("said", ++published);
    for (const std::uint64_t n : numbers("chat.said", 20)) got.push_back(n);
    stop_gateway();
    for (int i = 0; i < 13; ++i) chat.publish("said", ++published);
    start();
    tell(row("chat", "ready"));
  }
  for (const std::uint64_t n : numbers("chat.said", published - got.size())) got.push_back(n);
  EXPECT_EQ(got, up_to(published));
  EXPECT_THAT(others_, IsEmpty()) << "no resets: the cursor of a front end is good for the next gateway";
}

TEST_F(MergedStream, ARestartedModuleIsAResetAndThenItsEventsFromTheFirst) {
  start();
  add_module("chat", 1).publish("said", 1);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(1));
  tell(row("chat", "starting", 2));
  modules_["chat"]->stop();
  modules_["chat"] = std::make_unique<TestModule>(dir_.url("chat"), "chat", 2);
  modules_["chat"]->publish("said", 101);
  modules_["chat"]->publish("said", 102);
  tell(row("chat", "ready", 2));
  EXPECT_THAT(numbers("chat.said", 2), ElementsAre(101, 102));
  EXPECT_THAT(others_, ElementsAre("chat.reset"));
}

TEST_F(MergedStream, AModuleAndAGatewayRestartedTogetherAreAReset) {
  start();
  add_module("chat", 1).publish("said", 1);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(1));
  stop_gateway();
  add_module("chat", 2).publish("said", 101);
  start();
  tell(row("chat", "ready", 2));
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(101));
  EXPECT_THAT(others_, ElementsAre("chat.reset"));
}

TEST_F(MergedStream, WhatFellOutOfTheModulesRingIsSaid) {
  start();
  TestModule& chat = add_module("chat");
  chat.publish("said", 1);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(1));
  stop_gateway();
  constexpr std::uint64_t kMany = 8'000;  // more than the ring of a module holds
  for (std::uint64_t n = 2; n <= kMany; ++n) chat.publish("said", n);
  start();
  tell(row("chat", "ready"));
  std::uint64_t last = 0;
  bool reset = false;
  while (last != kMany) {
    const Result<api::StreamReply> page = poll();
    ASSERT_TRUE(page && !page->events.empty()) << "after " << last;
    for (const api::StreamEvent& event : page->events) {
      if (event.topic == "chat.reset") {
        EXPECT_EQ(event.data.string_or("reason", ""), "lagged");
        EXPECT_GT(event.data.uint_or("lost", 0), 100U);
        EXPECT_EQ(last, 0U) << "before the events that follow the gap";
        reset = true;
      } else {
        const std::uint64_t n = event.data.uint_or("n", 0);
        EXPECT_TRUE(last == 0 || n == last + 1);
        last = n;
      }
    }
  }
  EXPECT_TRUE(reset);
}

TEST_F(MergedStream, EventsOfTheSupervisorComeOnceAlsoWhenTheyAreSentAgain) {
  start();
  gateway_->supervisor_event(supervisor_event(1));
  gateway_->supervisor_event(supervisor_event(2));
  stop_gateway();
  start();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) gateway_->supervisor_event(supervisor_event(seq));
  EXPECT_THAT(numbers("supervisor.module_state", 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(poll(0)->events, IsEmpty());
}

TEST_F(MergedStream, ASupervisorThatStartedAnewCountsFromOne) {
  start();
  gateway_->supervisor_event(supervisor_event(1));
  stop_gateway();
  GatewayConfig other = config();
  other.boot_id = std::string(32, 'f');
  start(other);
  gateway_->supervisor_event(supervisor_event(1));
  EXPECT_THAT(numbers("supervisor.module_state", 2), ElementsAre(1, 1));
}

TEST_F(MergedStream, AModuleWithoutEventsIsLeftAlone) {
  start();
  ipc::ServerOptions options;
  options.module = "keys";
  options.url = dir_.url("keys");
  std::atomic<int> polls{0};
  ipc::Server keys(options, std::make_shared<ipc::OpenAccess>());
  keys.handle_others([&](ipc::Call call) {
    if (call.method() == "keys.events.next") ++polls;
    call.fail(make_error(Code::unimplemented, "ipc.unknown_method", "not here"));
  });
  ASSERT_TRUE(keys.listen());
  tell(row("keys", "ready"));
  ASSERT_TRUE(eventually([&] { return polls == 1; }));
  TestModule& chat = add_module("chat");
  chat.publish("said", 1);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(1));
  tell(row("keys", "ready"));
  chat.publish("said", 2);
  EXPECT_THAT(numbers("chat.said", 1), ElementsAre(2));
  EXPECT_EQ(polls, 1);
  stop_gateway();
}

}  // namespace
}  // namespace status::gateway
