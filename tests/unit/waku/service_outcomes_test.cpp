// What a library that has its own mind about messages may say of them, and what is left of another backend.
#include "tests/unit/waku/service_fixture.h"

namespace status::waku {
namespace {

TEST_F(WakuServiceTest, AMessageThatNobodyConfirmsEndsWithItsPropagation) {
  const auto reply = send("hello");
  ASSERT_TRUE(reply);
  backend_->events->on_propagated(hash_of(*reply));
  backend_->events->on_unconfirmed(hash_of(*reply));
  const auto last = send("last");
  ASSERT_TRUE(last);
  backend_->events->on_sent(hash_of(*last));
  ASSERT_TRUE(events_->wait_count(2));
  EXPECT_EQ(events_->seen[0].first, "propagated");
  EXPECT_EQ(events_->data<SendProgress>(0).network_hash, std::nullopt);
  EXPECT_EQ(events_->seen[1].first, "sent");
  EXPECT_EQ(events_->data<SendProgress>(1).message_hash, last->message_hash) << "of the first one nothing more is said";
  restart();
  EXPECT_TRUE(backend_->sent.empty());
  EXPECT_TRUE(backend_->resume_from.own.empty());
}

TEST_F(WakuServiceTest, AMessageThatTheNetworkKnowsByAnotherHashSaysSoAndDoesNotComeBack) {
  const auto reply = send("hello");
  ASSERT_TRUE(reply);
  const ReceivedMessage back = message(1);
  backend_->events->on_propagated_as(hash_of(*reply), back.hash);
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->data<SendProgress>(0).message_hash, reply->message_hash);
  EXPECT_EQ(events_->data<SendProgress>(0).network_hash, hex_of(back.hash));
  ASSERT_TRUE(backend_->events->on_message(back));
  ASSERT_TRUE(backend_->events->on_message(message(2)));
  EXPECT_THAT(logged(1), ElementsAre("2"));
}

TEST_F(WakuServiceTest, AnotherBackendFindsTheSubscriptionsAndNothingOfTheOthersNetwork) {
  backend_->newest = 7;
  ASSERT_TRUE(service_->subscribe({{kTopic}}, {"chat", ""}));
  ASSERT_TRUE(connect("there:1"));
  ASSERT_TRUE(backend_->events->on_message(message(9)));
  EXPECT_THAT(logged(1), ElementsAre("9"));
  service_->stop();
  {
    auto tx = database_->write(store::Durability::normal);
    ASSERT_TRUE(tx);
    EXPECT_EQ(tables::backend(*tx).value_or("?"), "mesh");
    ASSERT_TRUE(tables::change_backend(*tx, "native"));
    ASSERT_TRUE(tx->commit());
  }
  restart();
  EXPECT_THAT(backend_->resume_from.subscriptions, ElementsAre(std::pair(kTopic, 0U)));
  EXPECT_EQ(backend_->resume_from.position, 0U);
  EXPECT_TRUE(backend_->resume_from.peers.empty());
}

}  // namespace
}  // namespace status::waku
