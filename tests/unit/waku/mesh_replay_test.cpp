// What a node hands to its service out of the store, and how far it says that it has looked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {
namespace {

using ::testing::ElementsAre;

const std::string kOther = "/test/1/other/proto";

class MeshReplay : public ::testing::Test {
 protected:
  // By default nothing is said before a replay ends.
  explicit MeshReplay(Milliseconds interval = std::chrono::hours(1)) : relay_(reporting(interval)) {}

  // `relay_` stores them.
  void send(const std::string& topic, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      WakuMessage message;
      message.content_topic = topic;
      message.payload = to_bytes(as_bytes(std::to_string(i)));
      message.timestamp_ns = 1000 + i;
      ASSERT_TRUE(answer_of<MessageHash>([&](auto done) { sender_.backend->send(message, done); }));
    }
    sent_ += static_cast<std::size_t>(count);
    ASSERT_TRUE(sender_.events.wait([&] { return sender_.events.sent.size() == sent_; }));
  }
  void begin(const Resume& resume) {
    sender_.start();
    relay_.start(resume);
    link(sender_, relay_);
  }
  void begin_anew(const Resume& resume) {
    relay_.backend->stop();
    relay_.events.change([this] {
      relay_.events.messages.clear();
      relay_.events.positions.clear();
    });
    relay_.start(resume);
  }
  bool wait_position(std::uint64_t position) {
    const auto& said = relay_.events.positions;
    return relay_.events.wait([&] { return !said.empty() && said.back().first == position; });
  }
  Status subscribe(const std::string& topic) {
    return answer_of<void>([&](auto done) { relay_.backend->subscribe({topic}, done); });
  }

  static Config reporting(Milliseconds interval) {
    Config config = quick_config();
    config.position_interval = interval;
    return config;
  }

  TestNode sender_;
  TestNode relay_;
  std::size_t sent_ = 0;
};

class MeshReport : public MeshReplay {
 protected:
  MeshReport() : MeshReplay(Milliseconds(1)) {}
};

TEST_F(MeshReport, ANodeThatOnlyRelaysSaysHowFarItHasLooked) {
  begin({});
  send(kTopic, 0, 20);
  EXPECT_TRUE(wait_position(20));
}

TEST_F(MeshReplay, AReplaySaysSoAtItsEnd) {
  begin({});
  send(kTopic, 0, 200);  // several batches
  begin_anew({{{kTopic, 0}}, 50, {}});
  ASSERT_TRUE(wait_position(200));
  EXPECT_EQ(relay_.events.positions.back().second, 150U) << "what is wanted came before";
}

TEST_F(MeshReport, NothingIsSaidOfWhatTheServiceHasNotTaken) {
  relay_.events.room = 5;
  begin({{{kTopic, 0}}, 0, {}});
  send(kTopic, 0, 20);
  ASSERT_TRUE(relay_.events.wait([&] { return relay_.events.refusals > 0; }));
  relay_.events.change([&] { relay_.events.room = SIZE_MAX; });
  relay_.backend->resume(5);
  ASSERT_TRUE(wait_position(20));
  for (const auto& [position, taken] : relay_.events.positions) EXPECT_LE(position, taken);
}

TEST_F(MeshReplay, EachTopicIsReplayedFromItsSubscriptionOn) {
  begin({});
  send(kTopic, 0, 10);
  send(kOther, 10, 10);
  begin_anew({{{kTopic, 8}, {kOther, 18}}, 0, {}});
  ASSERT_TRUE(wait_position(20));
  EXPECT_THAT(relay_.events.payloads(), ElementsAre("8", "9", "18", "19"));
}

TEST_F(MeshReplay, ASubscriptionDuringAReplayBringsNothingOlder) {
  begin({});
  send(kTopic, 0, 10);
  send(kOther, 10, 10);
  relay_.events.room = 0;
  begin_anew({{{kOther, 0}}, 0, {}});
  ASSERT_TRUE(relay_.events.wait([&] { return relay_.events.refusals == 1; }));
  ASSERT_TRUE(subscribe(kTopic));
  relay_.events.change([&] { relay_.events.room = SIZE_MAX; });
  relay_.backend->resume(0);
  ASSERT_TRUE(wait_position(20));
  EXPECT_EQ(relay_.events.payloads().size(), 10U);
  EXPECT_EQ(relay_.events.payloads().front(), "10");
}

}  // namespace
}  // namespace status::waku::mesh
