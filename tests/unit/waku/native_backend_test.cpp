// The backend over a library that is played: what the service is promised, whatever becomes of the library's process.
#include "services/waku/native/native_backend.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/unit/waku/native_events.h"
#include "tests/unit/waku/played_library.h"

namespace status::waku::native {
namespace {

using ipc::testing::eventually;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* kTopic = "/test/1/a/proto";
constexpr const char* kShard = test::WakuNetwork::kShard;

WakuMessage message(const std::string& text, const std::string& topic = kTopic) {
  WakuMessage out;
  out.content_topic = topic;
  out.payload = to_bytes(as_bytes(text));
  out.timestamp_ns = 1;
  return out;
}

class NativeBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    other_ = network_.join([](const std::string&, const std::string&) {});
  }
  void TearDown() override { backend_.reset(); }

  void start(const Settings& settings = *parse_settings(Value(Value::Map{})), const Resume& resume = {}) {
    client_ = *ipc::Client::open({.url = library_.url(), .target = "waku_native"});
    backend_ = std::make_unique<NativeBackend>(NativeBackend::Parts{
        settings, *client_, clock_, [this](const std::string& about, const std::optional<std::string>& why) {
          const std::lock_guard lock(mutex_);
          why ? void(troubles_[about] = *why) : void(troubles_.erase(about));
        }});
    const auto started = backend_->start(events_, resume);
    ASSERT_TRUE(started);
    EXPECT_EQ(started->missing, resume.own);
  }
  void start_with_library(const Settings& settings = *parse_settings(Value(Value::Map{})), const Resume& resume = {}) {
    library_.begin();
    start(settings, resume);
    ASSERT_TRUE(eventually([&] { return send("up").has_value(); }));
  }

  template <class T, class Start>
  Result<T> await(Start begin) {
    const auto promise = std::make_shared<std::promise<Result<T>>>();
    begin([promise](Result<T> result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }
  Result<MessageHash> send(const std::string& text, const std::string& topic = kTopic) {
    const WakuMessage sent = message(text, topic);
    events_.name(message_hash(kShard, sent), text);
    return await<MessageHash>([&](auto done) { backend_->send(sent, std::move(done)); });
  }
  Status subscribe(const std::string& topic) {
    return await<void>([&](auto done) { backend_->subscribe({topic}, std::move(done)); });
  }
  Result<StorePage> query(const StoreQuery& query, const std::string& peer = "") {
    return await<StorePage>([&](auto done) { backend_->store_query(query, peer, std::move(done)); });
  }
  BackendInfo info() {
    return *await<BackendInfo>([&](auto done) { backend_->info(std::move(done)); });
  }
  std::uint64_t counter(const std::string& name) {
    for (const auto& [each, value] : info().counters) {
      if (each == name) return value;
    }
    return 0;
  }
  std::map<std::string, std::string> troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }
  std::uint64_t now_ns() const { return static_cast<std::uint64_t>(clock_.unix_ms()) * 1'000'000; }

  test::WakuNetwork network_;
  PlayedLibrary library_{network_};
  std::uint64_t other_ = 0;
  SystemClock clock_;
  RecordedEvents events_;
  std::mutex mutex_;
  std::map<std::string, std::string> troubles_;  // under mutex_
  std::unique_ptr<ipc::Client> client_;
  std::unique_ptr<NativeBackend> backend_;
};

TEST_F(NativeBackendTest, AMessageIsPropagatedUnderTheLibrarysHashAndThenNothingIsToBeHeard) {
  start_with_library();
  const auto hash = send("hello");
  ASSERT_TRUE(hash);
  EXPECT_EQ(*hash, message_hash(kShard, message("hello")));
  ASSERT_TRUE(events_.wait_for("unconfirmed hello"));
  EXPECT_THAT(events_.lines(), Contains(testing::StartsWith("propagated hello as ")));
  EXPECT_THAT(events_.lines(), Contains("connected"));
  EXPECT_TRUE(troubles().empty());
}

TEST_F(NativeBackendTest, WhereStoresConfirmItIsSentAndWhatTheySayTwiceOrEarlyIsSaidOnce) {
  network_.confirm(true);
  start_with_library(*parse_settings(Value::map({{"reliability", true}})));
  for (const char* const word : {"plain", "twice", "early"}) {
    ASSERT_TRUE(send(word, "/test/1/" + std::string(word) + "/proto"));
    ASSERT_TRUE(events_.wait_for("sent " + std::string(word)));
  }
  const auto lines = events_.lines();
  for (const char* const word : {"plain", "twice", "early"}) {
    EXPECT_EQ(std::ranges::count_if(lines,
                                    [&](const std::string& line) {
                                      return line.starts_with("propagated " + std::string(word)) ||
                                             line == "sent " + std::string(word);
                                    }),
              2);
  }
}

TEST_F(NativeBackendTest, NobodyThereIsAnErrorInTheLibrarysWords) {
  start_with_library();
  network_.leave(other_);
  ASSERT_TRUE(send("alone"));
  EXPECT_TRUE(events_.wait_for(
      "error alone waku.not_propagated: no node took the message: Unable to send within retry time window"));
}

TEST_F(NativeBackendTest, MessagesOfSubscribedTopicsComeAndOwnOnesDoNot) {
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  ASSERT_TRUE(send("own"));
  const MessageHash hash = network_.inject(kTopic, "theirs");
  network_.inject("/test/1/b/proto", "of nobody's topic");
  ASSERT_TRUE(events_.wait_for_messages(1));
  ASSERT_TRUE(events_.wait_for("unconfirmed own"));
  network_.inject(kTopic, "last");
  ASSERT_TRUE(events_.wait_for_messages(2));
  EXPECT_THAT(events_.payloads(), ElementsAre("theirs", "last"));
  EXPECT_EQ(events_.messages()[0].hash, hash);
  EXPECT_EQ(events_.messages()[0].pubsub_topic, kShard);
  EXPECT_GT(events_.messages()[1].position, events_.messages()[0].position);
  EXPECT_EQ(counter("own"), 1U);
}

TEST_F(NativeBackendTest, AMessageThatIsNotWhatItsHashSaysIsLeftOutAndSaid) {
  start_with_library();
  ASSERT_TRUE(subscribe("/test/1/wrong_hash/proto"));
  ASSERT_TRUE(subscribe(kTopic));
  network_.inject("/test/1/wrong_hash/proto", "forged");
  network_.inject(kTopic, "true");
  ASSERT_TRUE(events_.wait_for_messages(1));
  EXPECT_THAT(events_.payloads(), ElementsAre("true"));
  EXPECT_EQ(counter("wrong_hashes"), 1U);
  EXPECT_THAT(events_.lines(), Contains(HasSubstr("waku.native.preset")));
}

TEST_F(NativeBackendTest, WithoutRoomNothingIsLostAndEverythingComesInOrder) {
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  events_.make_room(2);
  for (const char* const text : {"1", "2", "3", "4", "5"}) network_.inject(kTopic, text);
  ASSERT_TRUE(events_.wait_for_messages(2));
  events_.make_room(2);
  backend_->resume(0);
  ASSERT_TRUE(events_.wait_for_messages(4));
  events_.make_room(SIZE_MAX);
  backend_->resume(0);
  ASSERT_TRUE(events_.wait_for_messages(5));
  EXPECT_THAT(events_.payloads(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(NativeBackendTest, WhileTheLibraryIsAwayWhatNeedsItIsUnavailableAndTheRestWorks) {
  start();
  const auto sent = send("early");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::unavailable);
  EXPECT_TRUE(sent.error().retryable);
  EXPECT_EQ(sent.error().reason, "waku.library_away");
  EXPECT_EQ(query({}).error().reason, "waku.library_away");
  EXPECT_TRUE(subscribe(kTopic));
  EXPECT_EQ(info().network, (Network{16, 1}));
  ASSERT_TRUE(eventually([&] { return troubles().contains("library"); }));
  library_.begin();
  ASSERT_TRUE(eventually([&] { return send("late").has_value(); }));
  EXPECT_THAT(network_.subscriptions(library_.node()), UnorderedElementsAre(kTopic));
  EXPECT_TRUE(eventually([&] { return troubles().empty(); }));
}

TEST_F(NativeBackendTest, AnotherProcessGetsTheSubscriptionsAndWhatWasMissedComesFromAStore) {
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  ASSERT_TRUE(subscribe("/test/1/b/proto"));
  network_.inject(kTopic, "before");
  ASSERT_TRUE(events_.wait_for_messages(1));
  library_.end();
  ASSERT_TRUE(events_.wait_for("disconnected"));
  EXPECT_EQ(send("while it is away").error().reason, "waku.library_away");
  network_.inject(kTopic, "missed");
  network_.inject("/test/1/b/proto", "missed, too");
  library_.begin();
  for (const char* const text : {"missed", "missed, too"}) {
    ASSERT_TRUE(eventually([&] { return std::ranges::count(events_.payloads(), text) >= 1; })) << text;
  }
  EXPECT_THAT(network_.subscriptions(library_.node()), UnorderedElementsAre(kTopic, "/test/1/b/proto"));
  network_.inject(kTopic, "after");
  EXPECT_TRUE(eventually([&] { return std::ranges::count(events_.payloads(), "after") == 1; }));
  EXPECT_EQ(counter("incarnations"), 2U);
}

TEST_F(NativeBackendTest, WhatALibraryTookAndDidNotPropagateIsSentAgainByTheNext) {
  start_with_library();
  ASSERT_TRUE(events_.wait_for("unconfirmed up")) << "it is not sent again";
  ASSERT_TRUE(send("kept", "/test/1/mute/proto"));
  library_.end();
  ASSERT_TRUE(events_.wait_for("disconnected"));
  library_.begin();
  const auto sent_again = [&] {
    return std::ranges::count_if(network_.stored(),
                                 [](const auto& stored) { return as_text(stored.message.payload) == "kept"; }) == 2;
  };
  EXPECT_TRUE(eventually(sent_again));
  EXPECT_EQ(counter("sent_again"), 1U);
}

TEST_F(NativeBackendTest, WhatWasMissedIsAskedForUntilAStoreAnswersAndPositionsWaitForThat) {
  const std::uint64_t committed = now_ns() - 1'000'000'000;
  Resume resume;
  resume.subscriptions = {{kTopic, 1}};
  resume.position = committed;
  network_.open_store(false);
  network_.inject(kTopic, "missed");
  start_with_library(*parse_settings(Value(Value::Map{})), resume);
  network_.inject(kTopic, "live");
  ASSERT_TRUE(events_.wait_for_messages(1));
  EXPECT_LT(events_.messages()[0].position, committed + 1'000) << "a crash now would look from there on again";
  ASSERT_TRUE(eventually([&] { return counter("catch_up_failures") >= 1; }));
  network_.open_store(true);
  ASSERT_TRUE(eventually([&] { return std::ranges::count(events_.payloads(), "missed") == 1; }));
  EXPECT_TRUE(events_.wait_for_position(committed + 1'000'000));
}

TEST_F(NativeBackendTest, AnEventThatWasLostIsAskedOfAStore) {
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  network_.inject(kTopic, "lost", true);
  library_.publish("onTopicHealthChange", "{}", 1);
  ASSERT_TRUE(eventually([&] { return std::ranges::count(events_.payloads(), "lost") >= 1; }));
  EXPECT_EQ(counter("lost_events"), 1U);
}

TEST_F(NativeBackendTest, WhatWasMissedWhileNoPeerWasThereIsAskedForWhenOneIs) {
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  network_.tell_connection(library_.node(), "Disconnected");
  ASSERT_TRUE(events_.wait_for("disconnected"));
  EXPECT_EQ(troubles()["network"], "no peer is connected");
  network_.inject(kTopic, "lost", true);
  network_.tell_connection(library_.node(), "PartiallyConnected");
  ASSERT_TRUE(eventually([&] { return std::ranges::count(events_.payloads(), "lost") == 1; }));
  EXPECT_EQ(troubles()["network"], "few peers are connected");
  network_.tell_connection(library_.node(), "Connected");
  EXPECT_TRUE(eventually([&] { return troubles().empty(); }));
}

TEST_F(NativeBackendTest, TheRelayTierKeepsOurHashes) {
  start_with_library(*parse_settings(Value::map({{"send", "relay"}})));
  ASSERT_TRUE(subscribe(kTopic));
  EXPECT_THAT(network_.subscriptions(library_.node()), UnorderedElementsAre(kShard));
  ASSERT_TRUE(send("own"));
  ASSERT_TRUE(events_.wait_for("unconfirmed own"));
  EXPECT_THAT(events_.lines(), Contains("propagated own as own"));
  const MessageHash theirs = network_.inject(kTopic, "theirs");
  ASSERT_TRUE(events_.wait_for_messages(1));
  EXPECT_EQ(events_.messages()[0].hash, theirs);
  network_.leave(other_);
  const auto alone = send("alone");
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().reason, "waku.not_propagated");
  EXPECT_TRUE(alone.error().retryable);
}

TEST_F(NativeBackendTest, ALibraryWithoutAKernelAsksNoStoreAndSaysSo) {
  library_.set_functions({"logosdelivery_send", "logosdelivery_subscribe", "logosdelivery_unsubscribe"});
  start_with_library();
  ASSERT_TRUE(subscribe(kTopic));
  EXPECT_EQ(query({}).error().code, Code::unimplemented);
  network_.inject(kTopic, "live");
  EXPECT_TRUE(events_.wait_for_messages(1));
  EXPECT_TRUE(events_.wait_for_position(now_ns() - 60'000'000'000));
}

TEST_F(NativeBackendTest, ASettingThatTheLibraryCannotFollowIsSaidAndNothingIsSent) {
  library_.set_functions({"logosdelivery_send", "logosdelivery_subscribe"});
  library_.begin();
  start(*parse_settings(Value::map({{"send", "relay"}})));
  ASSERT_TRUE(eventually([&] { return troubles().contains("library"); }));
  EXPECT_THAT(troubles()["library"], HasSubstr("waku.native.send"));
  EXPECT_FALSE(send("a"));
}

TEST_F(NativeBackendTest, AStoreIsReadPageByPage) {
  start_with_library();
  for (int i = 0; i < 5; ++i) network_.inject(kTopic, std::to_string(i));
  StoreQuery request;
  request.content_topics = {kTopic};
  request.limit = 4;
  const auto first = query(request);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->messages.size(), 4U) << "`up` and three more";
  request.cursor = first->cursor;
  const auto second = query(request, test::WakuNetwork::kStorePeer);
  ASSERT_TRUE(second) << second.error().message;
  ASSERT_EQ(second->messages.size(), 2U);
  EXPECT_EQ(as_text(second->messages[1].message.payload), "4");
  EXPECT_FALSE(second->cursor);
  EXPECT_EQ(query(request, "nobody").error().reason, "waku.unknown_peer");
  network_.open_store(false);
  EXPECT_EQ(query(request).error().reason, "waku.library_error");
}

TEST_F(NativeBackendTest, PeersAreTheLibrarysAndThoseThatWereAdded) {
  start_with_library();
  const std::string address = "/ip4/127.0.0.1/tcp/5/p2p/16UOther";
  const auto dial = [&](const std::string& to) {
    return await<std::string>([&](auto done) { backend_->connect(to, std::move(done)); });
  };
  EXPECT_EQ(dial(address).value_or("?"), "16UOther");
  EXPECT_EQ(dial("127.0.0.1:5").error().reason, "waku.invalid_address");
  library_.refuse("waku_connect", make_error(Code::internal, "native.library_error", "dial failed"));
  EXPECT_EQ(dial("/ip4/127.0.0.1/tcp/6/p2p/16UGone").error().reason, "waku.peer_unreachable");
  const auto peers = await<std::vector<PeerInfo>>([&](auto done) { backend_->peers(std::move(done)); });
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 2U);
  EXPECT_EQ((*peers)[0].id, test::WakuNetwork::kStorePeer);
  EXPECT_TRUE((*peers)[0].connected);
  EXPECT_EQ((*peers)[1].address, address);
  const auto drop = [&] { return await<void>([&](auto done) { backend_->disconnect(address, std::move(done)); }); };
  EXPECT_TRUE(drop());
  EXPECT_EQ(drop().error().reason, "waku.unknown_peer");
  EXPECT_TRUE(eventually([&] { return info().id == "16Uiu2HAmPlayed"; }));
  EXPECT_THAT(info().addresses, ElementsAre("/ip4/127.0.0.1/tcp/1"));
}

TEST_F(NativeBackendTest, AfterTheStopEveryCallIsAnswered) {
  start_with_library();
  backend_->stop();
  EXPECT_EQ(send("late").error().reason, "waku.stopping");
  EXPECT_THAT(events_.lines(), Not(Contains(HasSubstr("late"))));
}

}  // namespace
}  // namespace status::waku::native
