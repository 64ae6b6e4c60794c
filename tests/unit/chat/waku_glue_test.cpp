// The chat module's ends of its calls to the waku module, over a real socket.
#include <gtest/gtest.h>

#include <future>

#include "services/chat/protocol/envelope.h"
#include "services/chat/waku_delivery.h"
#include "services/chat/waku_inbox.h"
#include "tests/unit/chat/fake_waku.h"
#include "tests/unit/host/store_fixture.h"

namespace status::chat {
namespace {

using ipc::testing::eventually;
using test::FakeWaku;

std::string topic(std::size_t number) {
  std::string digits = std::to_string(number);
  return "/status-chat/1/" + std::string(24 - digits.size(), '0') + digits + "/proto";
}

class WakuDeliveryTest : public testing::Test {
 protected:
  ~WakuDeliveryTest() override {
    executor_.stop();
    waku_.stop();
  }
  void subscribe(std::size_t first, std::size_t last) {
    executor_.run([&] {
      for (std::size_t i = first; i <= last; ++i) delivery_.subscribe(topic(i));
    });
  }
  std::future<Status> send() {
    auto promise = std::make_shared<std::promise<Status>>();
    executor_.run([&] {
      delivery_.send({topic(1), Bytes(10)}, [promise](const Status& outcome) { promise->set_value(outcome); });
    });
    return promise->get_future();
  }
  Status sent() {
    std::future<Status> outcome = send();
    if (outcome.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
      return fail(Code::deadline_exceeded, "test.nothing_came", "the send is still waiting");
    }
    return outcome.get();
  }
  // When chat starts, the waku module is away; then a send tells when it is there.
  bool reached() {
    return eventually([&] { return sent().has_value(); });
  }
  std::optional<Error> trouble() {
    return executor_.run([&] { return delivery_.trouble(); });
  }

  FakeWaku waku_;
  host::Executor executor_{[] {}, [] { return std::optional<MonotonicTime>(); }};
  WakuDelivery delivery_{waku_.client(), executor_};
};

TEST_F(WakuDeliveryTest, MoreTopicsThanOneCallTakesAreSubscribedBeforeAnythingIsSent) {
  subscribe(1, 1'500);
  waku_.start();
  ASSERT_TRUE(reached());
  EXPECT_EQ(waku_.topics().size(), 1'500u);
  EXPECT_FALSE(trouble());
}

TEST_F(WakuDeliveryTest, ARefusedBatchIsReportedAndHoldsUpNothing) {
  subscribe(1, 1'500);
  waku_.refuse(topic(700));
  waku_.start();
  ASSERT_TRUE(reached());
  EXPECT_EQ(waku_.topics().size(), 1'000u);
  ASSERT_TRUE(trouble());
  EXPECT_EQ(trouble()->reason, "waku.too_many_subscriptions");
  waku_.refuse("");
  executor_.run([&] { delivery_.subscribe_all(); });
  EXPECT_TRUE(sent());
  EXPECT_EQ(waku_.topics().size(), 1'500u);
  EXPECT_FALSE(trouble());
}

struct Events final : EventSink {
  void publish(std::string_view event, Value data) override { list.emplace_back(event, std::move(data)); }
  std::vector<std::pair<std::string, Value>> list;
};

class Nobody final : public host::QuarantineObserver {
 public:
  void quarantined(const host::QuarantinedItem&, std::uint64_t) override {}
  void holds(std::uint64_t) override {}
};

class WakuInboxTest : public WakuDeliveryTest {
 protected:
  ~WakuInboxTest() override {
    executor_.stop();
    inbox_.reset();
  }
  void open() {
    executor_.run([&] {
      store::DatabaseOptions options;
      options.path = folder_.file("chat.db");
      database_ = store::Database::open(store::test_key(), options).value();
      service_ = ChatService::open({*database_, delivery_, events_, clock_, random_}).value();
    });
    consumer_ = std::make_unique<WakuConsumer>(*service_);
    guard_ = host::PoisonGuard::open({*database_, *consumer_, nobody_, "waku.messages"},
                                     host::InFlightFile::open(folder_.file("in-flight")).value())
                 .value();
    inbox_ = std::make_unique<WakuInbox>(waku_.client(), executor_, *service_, delivery_, *guard_, "");
  }
  // The newest value of `key` in the events of this name; empty: none yet.
  std::vector<std::string> told(const std::string& event, const std::string& key) {
    return executor_.run([&] {
      std::vector<std::string> out;
      for (const auto& [name, data] : events_.list) {
        if (name == event) out.push_back(std::string(data.string_or(key, "")));
      }
      return out;
    });
  }
  bool becomes(const std::string& state) {
    return eventually([&] {
      const std::vector<std::string> states = told("delivery_state_changed", "state");
      return !states.empty() && states.back() == state;
    });
  }

  store::TemporaryFolder folder_;
  SystemClock clock_;
  SeededRandom random_{4};
  Events events_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<ChatService> service_;
  Nobody nobody_;
  std::unique_ptr<WakuConsumer> consumer_;
  std::unique_ptr<host::PoisonGuard> guard_;
  std::unique_ptr<WakuInbox> inbox_;
};

TEST_F(WakuInboxTest, IsConnectedThoughTheWakuModuleWasAwayAtTheStart) {
  open();
  ASSERT_TRUE(becomes("disconnected"));
  waku_.start();
  EXPECT_TRUE(becomes("connected"));
}

TEST_F(WakuInboxTest, IsConnectedThoughTheWakuModuleDidNotAnswerOnce) {
  waku_.fail_next_info();
  waku_.start();
  open();
  ASSERT_TRUE(becomes("disconnected"));
  EXPECT_TRUE(becomes("connected"));
}

TEST_F(WakuInboxTest, WhatOthersHaveSubscribedToIsPassedOver) {
  waku_.start();
  open();
  ASSERT_TRUE(becomes("connected"));
  waku_.arrive("/other/1/something/proto", Bytes(10, 1));
  waku_.arrive("/status-chat/1/short/proto", Bytes(10, 1));
  const auto cursor = [&] { return executor_.run([&] { return service_->waku_cursor().value(); }); };
  ASSERT_TRUE(eventually([&] { return !cursor().empty(); })) << "the cursor moves";
  waku_.arrive(topic(1), encode_envelope({std::nullopt, Bytes(60)}));
  const auto errors = [&] { return told("inbound_error", "reason"); };
  ASSERT_TRUE(eventually([&] { return !errors().empty() && errors().back() == "chat.unknown_topic"; }));
  EXPECT_EQ(errors().size(), 1u);
}

TEST_F(WakuInboxTest, AWakuModuleThatBeginsAnewIsToldAllTopicsAgain) {
  waku_.start();
  open();
  subscribe(1, 10);
  ASSERT_TRUE(becomes("connected"));
  ASSERT_TRUE(eventually([&] { return waku_.topics().size() == 11; })) << "with the inbox";
  waku_.arrive(topic(1), Bytes(10, 1));
  ASSERT_TRUE(eventually([&] { return !told("inbound_error", "reason").empty(); }));
  waku_.stop();
  ASSERT_TRUE(becomes("disconnected"));
  waku_.start();
  EXPECT_TRUE(eventually([&] { return waku_.topics().size() == 11; }));
  EXPECT_TRUE(becomes("connected"));
}

}  // namespace
}  // namespace status::chat
