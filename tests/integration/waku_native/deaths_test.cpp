// What becomes of messages and subscriptions when the library's process ends, hangs, or says too little or too much.
#include <gmock/gmock.h>

#include "tests/integration/waku_native/library_nodes.h"

namespace status::test {
namespace {

using testing::UnorderedElementsAre;

constexpr const char* kTopic = "/test/1/front/proto";

using WakuNativeDeath = LibraryNodes;

TEST_P(WakuNativeDeath, TheServiceStaysAndWhatWasMissedIsFilledIn) {
  ProcessNode& a = start();
  ProcessNode& b = start();
  EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
  ASSERT_OK(send(a, kTopic, "before"));
  ASSERT_TRUE(at_b.wait_for(payload("before"), kPatience));
  const auto service = b.row("waku");
  ASSERT_OK(service);
  const std::size_t events = b.events().size();
  ASSERT_OK(b.front().call("supervisor.stop", Value::map({{"module", "waku_native"}})));
  ASSERT_TRUE(hub_.wait_for_links(1));
  EXPECT_TRUE(b.events().wait_for(
      [](const EventLog::Event& event) {
        return event.topic == "waku.connection" && event.data.string_or("state", "") == "disconnected";
      },
      kPatience, events));
  EXPECT_TRUE(b.front().call<waku::Info>("waku", {})) << "it answers all the same";
  subscribe(b, "/test/1/later/proto");
  const auto query = b.front().call<waku::StoreQueryMethod>("waku", {});
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, Code::unavailable);
  EXPECT_TRUE(query.error().retryable);
  hub_.network().inject(kTopic, "missed");
  hub_.network().inject("/test/1/later/proto", "missed, too");
  ASSERT_OK(b.front().call("supervisor.start", Value::map({{"module", "waku_native"}})));
  ASSERT_TRUE(at_b.wait_for(payload("missed"), kPatience));
  ASSERT_TRUE(at_b.wait_for(payload("missed, too"), kPatience));
  ASSERT_OK(send(a, kTopic, "after"));
  ASSERT_TRUE(at_b.wait_for(payload("after"), kPatience));
  EXPECT_THAT(payloads(at_b), UnorderedElementsAre("before", "missed", "missed, too", "after")) << "each once";
  EXPECT_EQ(b.row("waku")->pid, service->pid);
}

TEST_P(WakuNativeDeath, WhatAModuleMissedWhileItWasAwayItselfComesToo) {
  ProcessNode& a = start();
  ProcessNode& b = start();
  EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
  EventLog at_a(a.front().client(), "waku.messages.next", subscribe(a, kTopic));
  const auto own = send(b, kTopic, "own");
  ASSERT_OK(own);
  ASSERT_TRUE(at_a.wait_for(payload("own"), kPatience));
  ASSERT_TRUE(b.events().wait_for(about("propagated", *own), kPatience));
  const auto before = b.kill("waku");
  ASSERT_OK(before);
  ASSERT_OK(send(a, kTopic, "meanwhile"));
  ASSERT_OK(b.await_ready("waku", before->generation));
  ASSERT_TRUE(at_b.wait_for(payload("meanwhile"), kPatience));
  ASSERT_OK(send(a, kTopic, "after"));
  ASSERT_TRUE(at_b.wait_for(payload("after"), kPatience));
  EXPECT_THAT(payloads(at_b), UnorderedElementsAre("meanwhile", "after")) << "and nothing of its own";
}

INSTANTIATE_TEST_SUITE_P(Over, WakuNativeDeath, testing::Values(kMessagingOfD, kRelayOfD, kLibwaku),
                         testing::PrintToStringParamName());

// What a library that takes messages meets the next one with.
class WakuNativeFault : public LibraryNodes {
 protected:
  void expect_arrival_in_spite_of(const std::string& quirk) {
    ProcessNode& a = start(kMessagingOfD);
    ProcessNode& b = start(kMessagingOfD);
    EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
    const auto service = a.row("waku");
    ASSERT_OK(service);
    hub_.arm(quirk);
    const auto sent = send(a, kTopic, "in spite of it");
    ASSERT_OK(sent);
    EXPECT_TRUE(a.events().wait_for(about("propagated", *sent), kPatience * 2));
    EXPECT_TRUE(at_b.wait_for(payload("in spite of it"), kPatience));
    EXPECT_TRUE(a.events().all(about("error", *sent)).empty());
    EXPECT_EQ(a.events().all(about("propagated", *sent)).size(), 1U);
    EXPECT_EQ(a.row("waku")->pid, service->pid) << "the service has not noticed";
    library_deaths_ = a.row("waku_native")->restarts;
  }
  std::uint64_t library_deaths_ = 0;
};

TEST_F(WakuNativeFault, ACrashWhileItSendsCostsTheLibraryAlone) {
  expect_arrival_in_spite_of("crashes");
  EXPECT_EQ(library_deaths_, 1U);
}

TEST_F(WakuNativeFault, AHangWhileItSendsCostsTheLibraryAlone) {
  expect_arrival_in_spite_of("hangs");
  EXPECT_EQ(library_deaths_, 1U);
}

TEST_F(WakuNativeFault, AStuckQueueOfEventsCostsTheLibraryAlone) {
  expect_arrival_in_spite_of("stuck");
  EXPECT_EQ(library_deaths_, 1U);
}

TEST_F(WakuNativeFault, ACallbackThatNeverComesIsWaitedForAndThenTheMessageIsSentAgain) {
  expect_arrival_in_spite_of("unanswered");
  EXPECT_EQ(library_deaths_, 0U);
}

TEST_F(WakuNativeFault, ACallbackThatComesTwiceIsOne) {
  expect_arrival_in_spite_of("twice");
  EXPECT_EQ(library_deaths_, 0U);
}

TEST_F(WakuNativeFault, AnErrorOnTheCallersThreadIsOfThatMessageAlone) {
  ProcessNode& a = start(kMessagingOfD);
  start(kMessagingOfD);
  hub_.arm("refused");
  const auto refused = send(a, kTopic, "refused");
  ASSERT_OK(refused);
  const auto error = a.events().wait_for(about("error", *refused), kPatience);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->data.string_or("reason", ""), "waku.library_error");
  EXPECT_EQ(error->data.string_or("message", ""), "the queue is full");
  const auto next = send(a, kTopic, "next");
  ASSERT_OK(next);
  EXPECT_TRUE(a.events().wait_for(about("propagated", *next), kPatience));
}

TEST_F(WakuNativeFault, EventsThatAreFewerOrMoreThanTheyShouldBeAreSaidOnce) {
  hub_.network().confirm(true);
  ProcessNode& a = start(kMessagingOfD, {"waku.native.reliability=true"});
  start(kMessagingOfD);
  const auto twice = send(a, "/test/1/twice/proto", "twice");
  ASSERT_OK(twice);
  ASSERT_TRUE(a.events().wait_for(about("sent", *twice), kPatience));
  const auto silent = send(a, "/test/1/silent/proto", "silent");
  ASSERT_OK(silent);
  ASSERT_TRUE(a.events().wait_for(about("propagated", *silent), kPatience));
  const auto last = send(a, kTopic, "last");
  ASSERT_OK(last);
  ASSERT_TRUE(a.events().wait_for(about("sent", *last), kPatience));
  EXPECT_EQ(a.events().all(about("propagated", *twice)).size(), 1U);
  EXPECT_EQ(a.events().all(about("sent", *twice)).size(), 1U);
  EXPECT_TRUE(a.events().all(about("sent", *silent)).empty()) << "nobody has confirmed it";
}

TEST_F(WakuNativeFault, ALoopThatSaysThatItDoesNotRespondIsToldAndStartedAnew) {
  ProcessNode& a = start(kMessagingOfD);
  ProcessNode& b = start(kMessagingOfD);
  EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
  hub_.arm("stops_responding");
  const auto sent = send(a, kTopic, "at last");
  ASSERT_OK(sent);
  EXPECT_TRUE(at_b.wait_for(payload("at last"), kPatience * 2));
  EXPECT_GE(a.row("waku_native")->restarts, 1U);
}

TEST_F(WakuNativeFault, AChatGoesOnOverTheDeathsOfBothLibraries) {
  ProcessNode& a = start(kMessagingOfD);
  ProcessNode& b = start(kMessagingOfD);
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  std::vector<std::string> texts;
  for (int round = 0; round < 3; ++round) {
    for (ProcessNode* const node : {&a, &b}) {
      texts.push_back("message " + std::to_string(texts.size()));
      ASSERT_OK(say(a, *talk, texts.back(), texts.back()));
      ASSERT_OK(node->kill("waku_native"));
      texts.push_back("message " + std::to_string(texts.size()));
      ASSERT_OK(say(a, *talk, texts.back(), texts.back()));
    }
  }
  EXPECT_EQ(await_received(b, talk->id, texts.size(), kPatience * 2).value_or(std::vector<std::string>()), texts);
}

TEST_F(WakuNativeFault, AnotherBackendIsOneLine) {
  ProcessNode& a = start(kMessagingOfD);
  subscribe(a, kTopic);
  EXPECT_EQ(a.front().call<waku::Info>("waku", {})->backend, "native");
  const auto has_subscriptions = [&a](std::uint64_t number) {  // chat makes its own once it is up
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (a.front().call<waku::Info>("waku", {})->subscriptions == number) return true;
    }
    return false;
  };
  EXPECT_TRUE(has_subscriptions(2));
  ASSERT_TRUE(a.stop());
  ASSERT_TRUE(hub_.wait_for_links(0));
  a.statusd().use_settings(without_backoff({"metrics.listen=127.0.0.1:0", "waku.backend=mesh"}));
  ASSERT_OK(a.start());
  const auto info = a.front().call<waku::Info>("waku", {});
  ASSERT_OK(info);
  EXPECT_EQ(info->backend, "mesh");
  EXPECT_TRUE(has_subscriptions(2)) << "they are the service's";
}

}  // namespace
}  // namespace status::test
