// How old messages are, and what follows from it: ages travel in pages from store to store, and a store that was never
// met before is asked for a span of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/waku/raw_peer.h"

namespace status::waku::mesh {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;

constexpr double kAMinute = 60'000;  // longer than any test takes

std::uint32_t ms(hours span) { return static_cast<std::uint32_t>(Milliseconds(span).count()); }

// A node whose store has one message that is five hours old and one that is one hour old.
class MeshAges : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.start();
    RawPeer source(store_.address());
    source.send(RawPeer::hello());
    source.send(aged("old", hours(5)));
    source.send(aged("new", hours(1)));
    ASSERT_TRUE(store_.events.wait_messages(2));
  }

  static Bytes aged(const std::string& payload, hours age) {
    WakuMessage message;
    message.content_topic = kTopic;
    message.payload = to_bytes(as_bytes(payload));
    const Bytes encoded = encode_message(message);
    return encode_frame(Relayed{1, ms(age), 0, encoded});
  }

  // The ages of what that node's store hands to somebody new.
  static std::vector<double> ages_at(TestNode& node) {
    RawPeer reader(node.address());
    reader.send(RawPeer::hello());
    reader.send(CatchUp{.request = 1, .window_s = 7 * 24 * 3600});
    std::vector<double> ages;
    const std::optional<Page> page = reader.wait_frame<Page>();
    EXPECT_TRUE(page);
    if (!page) return ages;
    for (const PageEntry& entry : page->entries) ages.push_back(entry.age_ms);
    return ages;
  }

  TestNode store_;
};

TEST_F(MeshAges, APageSaysHowOldItsMessagesAre) {
  EXPECT_THAT(ages_at(store_), ElementsAre(::testing::DoubleNear(ms(hours(5)), kAMinute),
                                           ::testing::DoubleNear(ms(hours(1)), kAMinute)));
}

TEST_F(MeshAges, AMessageStaysAsOldInTheNextStoreWhateverItsClockAndTooOldIsTooOld) {
  Config config = quick_config();
  config.retention = hours(4);
  TestNode next(config, hours(48));
  next.start();
  link(next, store_);
  ASSERT_TRUE(next.events.wait_messages(1));
  EXPECT_THAT(next.events.payloads(), ElementsAre("new"));
  EXPECT_EQ(next.counter("messages_rejected"), 1U);
  EXPECT_THAT(ages_at(next), ElementsAre(::testing::DoubleNear(ms(hours(1)), kAMinute)));
}

TEST_F(MeshAges, AFirstContactGoesBackAsFarAsItIsSetAndNoFurther) {
  const auto fetched = [&](hours span) {
    Config config = quick_config();
    config.first_contact = span;
    TestNode node(config);
    node.start();
    link(node, store_);
    EXPECT_TRUE(eventually([&] { return node.counter("pages_fetched") == 1; }));
    EXPECT_TRUE(node.events.wait_messages(node.info().stored_messages));
    return node.events.payloads();
  };
  EXPECT_THAT(fetched(hours(2)), ElementsAre("new"));
  EXPECT_THAT(fetched(hours(6)), ElementsAre("old", "new"));
}

}  // namespace
}  // namespace status::waku::mesh
