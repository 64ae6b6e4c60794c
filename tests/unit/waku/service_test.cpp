// The service over a backend that the test plays.
#include "tests/unit/waku/service_fixture.h"

namespace status::waku {
namespace {

TEST_F(WakuServiceTest, SubscriptionsOutliveTheProcess) {
  const auto reply = service_->subscribe({{kTopic, kOther}}, {"chat", ""});
  ASSERT_TRUE(reply) << reply.error().describe();
  EXPECT_EQ(reply->cursor, service_->messages().cursor(0));
  EXPECT_THAT(backend_->subscribed, UnorderedElementsAre(kTopic, kOther));
  ASSERT_TRUE(service_->unsubscribe({{kOther}}, {"chat", ""}));
  EXPECT_THAT(backend_->subscribed, UnorderedElementsAre(kTopic));
  EXPECT_EQ(service_->info()->subscriptions, 1U);
  restart();
  EXPECT_THAT(backend_->resume_from.subscriptions, ElementsAre(std::pair(kTopic, 0U)));
}

TEST_F(WakuServiceTest, ASubscriptionIsRememberedWithTheTimeFromWhichItCounts) {
  const auto subscribe_at = [&](std::uint64_t newest, const std::string& caller) {
    backend_->newest = newest;
    ASSERT_TRUE(service_->subscribe({{kTopic}}, {caller, ""}));
  };
  const auto since = [&] {
    restart();
    return backend_->resume_from.subscriptions.at(kTopic);
  };
  subscribe_at(7, "chat");
  EXPECT_EQ(since(), 7U);
  subscribe_at(9, "chat");
  EXPECT_EQ(since(), 7U) << "a repetition changes nothing";
  subscribe_at(11, "communities");
  EXPECT_EQ(since(), 7U) << "the topic comes for both";
  ASSERT_TRUE(service_->unsubscribe({{kTopic}}, {"chat", ""}));
  subscribe_at(13, "chat");
  EXPECT_EQ(since(), 11U);
}

TEST_F(WakuServiceTest, OneCallersUnsubscribeLeavesTheOthersAlone) {
  ASSERT_TRUE(service_->subscribe({{kTopic}}, {"chat", ""}));
  ASSERT_TRUE(service_->subscribe({{kTopic}}, {"communities", ""}));
  ASSERT_TRUE(service_->unsubscribe({{kTopic}}, {"chat", ""}));
  EXPECT_THAT(backend_->subscribed, ElementsAre(kTopic));
  ASSERT_TRUE(service_->unsubscribe({{kTopic}}, {"chat", ""}));
  EXPECT_THAT(backend_->subscribed, ElementsAre(kTopic));
  ASSERT_TRUE(service_->unsubscribe({{kTopic}}, {"communities", ""}));
  EXPECT_TRUE(backend_->subscribed.empty());
}

TEST_F(WakuServiceTest, ABadTopicChangesNothing) {
  const auto subscribed = service_->subscribe({{kTopic, "nonsense"}}, {"chat", ""});
  ASSERT_FALSE(subscribed);
  EXPECT_EQ(subscribed.error().reason, "waku.invalid_content_topic");
  EXPECT_EQ(service_->info()->subscriptions, 0U);
  const auto sent = service_->send({"/1/a/1/b/proto", {}, false}, {"chat", ""});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, "waku.invalid_content_topic");
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, AMessageIsFollowedToItsEnd) {
  const auto reply = send("hello");
  ASSERT_TRUE(reply) << reply.error().describe();
  ASSERT_EQ(backend_->sent.size(), 1U);
  EXPECT_EQ(hash_of(*reply), message_hash("/waku/2/rs/16/0", backend_->sent[0]));
  backend_->events->on_propagated(hash_of(*reply));
  backend_->events->on_sent(hash_of(*reply));
  ASSERT_TRUE(events_->wait_count(2));
  EXPECT_EQ(events_->seen[0].first, "propagated");
  EXPECT_EQ(events_->seen[1].first, "sent");
  EXPECT_EQ(events_->data<SendProgress>(1).request_id, reply->request_id);
  EXPECT_EQ(events_->data<SendProgress>(1).message_hash, reply->message_hash);
  restart();
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, AMessageThatWasTakenOverIsOfferedAgainAfterAKill) {
  const auto first = send("one");
  const auto second = send("two");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->message_hash, second->message_hash);
  restart();
  ASSERT_EQ(backend_->sent.size(), 2U);
  EXPECT_EQ(as_text(backend_->sent[0].payload), "one");
  EXPECT_EQ(message_hash("/waku/2/rs/16/0", backend_->sent[1]), hash_of(*second));
  backend_->events->on_sent(hash_of(*second));
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->data<SendProgress>(0).request_id, second->request_id);
}

TEST_F(WakuServiceTest, WhatTheBackendHasIsNotOfferedAgainAndItsFateIsTold) {
  const auto there = send("there");
  const auto missing = send("missing");
  ASSERT_TRUE(there && missing);
  kept_ = {hash_of(*there)};
  restart();
  ASSERT_EQ(backend_->sent.size(), 1U);
  EXPECT_EQ(as_text(backend_->sent[0].payload), "missing");
  backend_->events->on_sent(hash_of(*there));
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->data<SendProgress>(0).request_id, there->request_id);
  restart();
  EXPECT_EQ(backend_->resume_from.own, std::vector{hash_of(*missing)}) << "the fate of the other one is known";
}

TEST_F(WakuServiceTest, AMessageThatWasTakenOverIsOfferedHoweverLateTheNextStartIs) {
  const auto reply = send("late");
  ASSERT_TRUE(reply);
  stop();
  clock_.jump(std::chrono::hours(1));
  start();
  ASSERT_EQ(backend_->sent.size(), 1U);
  EXPECT_EQ(as_text(backend_->sent[0].payload), "late");
  restart();
  ASSERT_EQ(backend_->sent.size(), 1U) << "and again, until its fate is known";
  backend_->events->on_sent(hash_of(*reply));
  ASSERT_TRUE(events_->wait_count(1));
  restart();
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, AMessageThatWasTakenOverIsOfferedByAStartOnAFullDisk) {
  ASSERT_TRUE(send("no room"));
  stop();
  disk_.set_full(true);
  start();
  ASSERT_EQ(backend_->sent.size(), 1U);
  EXPECT_EQ(as_text(backend_->sent[0].payload), "no room");
}

TEST_F(WakuServiceTest, AnIdempotencyKeySendsOnce) {
  const auto first = send("hello", {"chat", "key"});
  ASSERT_TRUE(first);
  restart();
  const std::size_t offered = backend_->sent.size();
  const auto again = send("hello", {"chat", "key"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message_hash, first->message_hash);
  EXPECT_EQ(again->request_id, first->request_id);
  EXPECT_EQ(backend_->sent.size(), offered);
  const auto other = send("something else", {"chat", "key"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::failed_precondition);
  EXPECT_TRUE(send("something else", {"communities", "key"})) << "keys are each caller's own";
}

TEST_F(WakuServiceTest, WhatTheBackendCannotTakeNowIsHandedOverLater) {
  backend_->refusal = make_retryable(Code::resource_exhausted, "waku.too_many_pending", "later");
  const auto reply = send("patience");
  ASSERT_TRUE(reply);
  ASSERT_TRUE(backend_->wait([&] { return backend_->sent.size() >= 3; }));
  EXPECT_EQ(backend_->sent[0], backend_->sent[2]);
}

TEST_F(WakuServiceTest, WhatTheBackendNeverTakesIsAnError) {
  backend_->refusal = make_retryable(Code::unavailable, "waku.stopping", "not running");
  const auto reply = send("in vain");
  ASSERT_TRUE(reply);
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->seen[0].first, "error");
  EXPECT_EQ(events_->data<SendFailure>(0).reason, "waku.stopping");
  EXPECT_EQ(events_->data<SendFailure>(0).request_id, reply->request_id);
  restart();
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, EphemeralMessagesLeaveNothingBehind) {
  const auto reply = send("typing", {"chat", ""}, true);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(backend_->sent.at(0).ephemeral);
  backend_->events->on_propagated(hash_of(*reply));
  ASSERT_TRUE(events_->wait_count(1));
  ASSERT_EQ(service_->info()->counters.back().name, "outbox_now");
  while (service_->info()->counters.back().value != 0) {
  }
  restart();
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, TooLargeIsRefusedBeforeAnythingHappens) {
  const auto reply = send(std::string(1000, 'x'));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "waku.message_too_large");
  EXPECT_TRUE(backend_->sent.empty());
}

TEST_F(WakuServiceTest, AFullOutboxSaysSo) {
  for (std::size_t i = 0; i < Outbox::kCapacity; ++i) ASSERT_TRUE(send("x", {"chat", ""}, true));
  const auto reply = send("one too many");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "waku.too_many_pending");
  EXPECT_TRUE(reply.error().retryable);
}

TEST_F(WakuServiceTest, AMessageIsLoggedOnceWhateverTheBackendRepeats) {
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  EXPECT_TRUE(backend_->events->on_message(message(2)));
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  EXPECT_THAT(logged(2), ElementsAre("1", "2"));
  restart();
  EXPECT_EQ(backend_->resume_from.position, 2U);
  EXPECT_TRUE(backend_->events->on_message(message(2)));
  EXPECT_TRUE(backend_->events->on_message(message(3)));
  EXPECT_THAT(logged(3), ElementsAre("1", "2", "3"));
}

TEST_F(WakuServiceTest, WhatTheBackendHasLookedAtIsRemembered) {
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  backend_->events->on_position(7);
  backend_->events->on_connection(Connection::connected);
  ASSERT_TRUE(events_->wait_count(1)) << "told after the commit";
  restart();
  EXPECT_EQ(backend_->resume_from.position, 7U);
}

TEST_F(WakuServiceTest, OnAFullDiskAPositionAloneHoldsNothingUp) {
  disk_.set_full(true);
  backend_->events->on_position(7);
  backend_->events->on_connection(Connection::connected);
  ASSERT_TRUE(events_->wait_count(1));
  disk_.set_full(false);
  backend_->events->on_position(8);
  backend_->events->on_connection(Connection::disconnected);
  ASSERT_TRUE(events_->wait_count(2));
  restart();
  EXPECT_EQ(backend_->resume_from.position, 8U);
}

TEST_F(WakuServiceTest, WithoutRoomTheBackendIsAskedAgainFromWhatIsCommitted) {
  std::uint64_t taken = 0;
  {
    Result<store::Transaction> busy = database_->write();  // nothing can be committed
    while (backend_->events->on_message(message(taken + 1))) ++taken;
    EXPECT_GE(taken, Intake::kMessages);
    EXPECT_LE(taken, 2 * Intake::kMessages);
  }
  ASSERT_TRUE(backend_->wait([&] { return !backend_->resumed.empty(); }));
  EXPECT_THAT(backend_->resumed, ElementsAre(taken));
  EXPECT_EQ(logged(taken).size(), taken);
  EXPECT_TRUE(backend_->events->on_message(message(taken + 1)));
}

TEST_F(WakuServiceTest, AFullDiskDelaysAndLosesNothing) {
  disk_.set_full(true);
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  const auto refused = send("hello");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_TRUE(backend_->sent.empty());
  disk_.set_full(false);
  EXPECT_THAT(logged(1), ElementsAre("1"));
}

TEST_F(WakuServiceTest, ConnectedPeersAreKept) {
  const auto good = connect("good:1");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->peer, std::string(64, 'a'));
  const auto bad = connect("bad:1");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "waku.peer_unreachable");
  restart();
  EXPECT_THAT(backend_->resume_from.peers, ElementsAre("good:1"));
  ASSERT_TRUE(service_->disconnect({"good:1"}, {"chat", ""}));
  restart();
  EXPECT_TRUE(backend_->resume_from.peers.empty());
}

TEST_F(WakuServiceTest, AnIdempotencyKeyConnectsAndDisconnectsOnce) {
  const Caller caller{"statusctl", "key"};
  ASSERT_FALSE(connect("bad:1", caller)) << "a failure is not remembered";
  backend_->dialled.clear();
  ASSERT_TRUE(connect("good:1", {"statusctl", "other"}));
  const auto again = connect("good:1", {"statusctl", "other"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->peer, std::string(64, 'a'));
  EXPECT_THAT(backend_->dialled, ElementsAre("good:1"));
  const auto mismatch = connect("elsewhere:1", {"statusctl", "other"});
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().reason, "ipc.idempotency_mismatch");
  ASSERT_TRUE(service_->disconnect({"good:1"}, caller));
  ASSERT_TRUE(service_->disconnect({"good:1"}, caller));
  EXPECT_EQ(backend_->disconnects, 1);
}

TEST_F(WakuServiceTest, WhatNeedsTheDatabaseDoesNotHoldUpTheBackend) {
  std::promise<Result<Connect::Reply>> answer;
  {
    Result<store::Transaction> busy = database_->write();
    std::thread([&] {
      service_->connect({"good:1"}, {"chat", ""}, [&](auto result) { answer.set_value(std::move(result)); });
    }).join();  // the backend that answers on this thread gets it back at once
  }
  EXPECT_TRUE(answer.get_future().get());
}

TEST_F(WakuServiceTest, AfterTheStopCallsAreAnsweredToo) {
  service_->stop();
  EXPECT_TRUE(connect("good:1"));
  EXPECT_TRUE(store_query({}));
}

TEST_F(WakuServiceTest, ConsumersUnseenForThirtyDaysAreDroppedAtTheStart) {
  ASSERT_TRUE(service_->messages().acknowledge("gone", 0));
  disk_.jump(std::chrono::hours(29 * 24));
  ASSERT_TRUE(service_->messages().acknowledge("here", 0));
  disk_.jump(std::chrono::hours(2 * 24));
  restart();
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->seen[0].first, "consumer_dropped");
  EXPECT_EQ(events_->data<ConsumerDropped>(0).consumer, "gone");
  EXPECT_EQ(events_->data<ConsumerDropped>(0).stream, "waku.messages.next");
  EXPECT_FALSE(service_->messages().acknowledged("gone")->has_value());
  EXPECT_TRUE(service_->messages().acknowledged("here")->has_value());
}

TEST_F(WakuServiceTest, ConsumersAreDroppedWhileTheModuleRunsToo) {
  timing_.housekeeping = milliseconds(20);
  restart();
  ASSERT_TRUE(service_->messages().acknowledge("gone", 0));
  disk_.jump(std::chrono::hours(31 * 24));
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->data<ConsumerDropped>(0).consumer, "gone");
}

TEST_F(WakuServiceTest, QueriesArePassedOnAndPagesBack) {
  StoreQueryMethod::Request request;
  request.content_topics = {kTopic};
  request.cursor = HexBytes{Bytes(32, 9)};
  request.limit = 7;
  request.peer = "somebody";
  const auto reply = store_query(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(backend_->last_query.limit, 7U);
  EXPECT_EQ(to_bytes(*backend_->last_query.cursor), Bytes(32, 9));
  EXPECT_EQ(backend_->last_peer, "somebody");
  EXPECT_EQ(reply->messages.size(), 1U);
  EXPECT_EQ(reply->cursor->bytes[0], 1);
  request.content_topics = {"nonsense"};
  EXPECT_FALSE(store_query(request));
}

TEST_F(WakuServiceTest, ConnectionAndNoticesGoOn) {
  backend_->events->on_connection(Connection::partially_connected);
  backend_->events->on_notice("a peer was refused");
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_EQ(events_->data<ConnectionChanged>(0).state, "partially_connected");
  ASSERT_TRUE(events_->wait([&] { return events_->notes.size() == 1; }));
  EXPECT_EQ(service_->peers()->peers.at(0).address, "h:1");
}

TEST(WakuInterface, IsTheCommittedDocument) {
  EXPECT_TRUE(test::matches_committed(interface(), "services/waku/openrpc.json"));
}

}  // namespace
}  // namespace status::waku
