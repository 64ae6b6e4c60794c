// The small parts of the mesh: addresses, settings, identity, limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "ipc/base/codec.h"
#include "services/waku/backoff.h"
#include "services/waku/mesh/config.h"
#include "services/waku/mesh/token_bucket.h"
#include "services/waku/seen_cache.h"
#include "tests/unit/host/store_fixture.h"

namespace status::waku::mesh {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(PeerAddress, ParsesAndPrints) {
  const std::string pin(64, 'b');
  for (const std::string& text : {"127.0.0.1:9000#" + pin, std::string("node.example:1"), "[::1]:65535#" + pin}) {
    const Result<PeerAddress> address = parse_peer_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
  EXPECT_EQ(parse_peer_address("[::1]:7")->host, "::1");
  EXPECT_EQ(parse_peer_address("h:1#0x" + pin)->pin, tls::parse_key_id(pin));
}

TEST(PeerAddress, RefusesWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "no port"},
      {"host", "no port"},
      {":1", "no host"},
      {"host:", "port out of range"},
      {"host:0", "port 0"},
      {"host:65536", "port"},
      {"host:1x", "port"},
      {"::1:80", "without brackets"},
      {"host:1#", "64 hex"},
      {"host:1#12", "64 hex"},
      {"host:1#" + std::string(64, 'g'), "64 hex"},
  };
  for (const auto& [text, problem] : cases) {
    const Result<PeerAddress> address = parse_peer_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().reason, "waku.invalid_address");
    EXPECT_THAT(address.error().message, HasSubstr(problem)) << text;
  }
}

TEST(MeshConfig, ReadsEverySetting) {
  const Result<Config> config = parse_config(*parse_toml(R"(
    cluster = 1
    shards = 8
    listen = "0.0.0.0:9000"
    peers = ["10.0.0.1:9000#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "b:1"]
    accept = "configured"
    max_peers = 5
    max_message_bytes = 1048576
    retention_hours = 2
    retention_bytes = 2000000
    first_contact_hours = 3
    rate_messages = 7
    rate_bytes = 2048
    send_queue_bytes = 4194304
    reconnect_max_ms = 500
    propagation_timeout_ms = 600
  )",
                                                         "test"));
  ASSERT_TRUE(config) << config.error().describe();
  EXPECT_EQ(config->network, (Network{1, 8}));
  EXPECT_EQ(to_text(config->listen), "0.0.0.0:9000");
  ASSERT_EQ(config->peers.size(), 2U);
  EXPECT_TRUE(config->peers[0].pin);
  EXPECT_FALSE(config->peers[1].pin);
  EXPECT_FALSE(config->accept_any);
  EXPECT_EQ(config->max_peers, 5U);
  EXPECT_EQ(config->max_message_bytes, 1'048'576U);
  EXPECT_EQ(config->retention, std::chrono::hours(2));
  EXPECT_EQ(config->retention_bytes, 2'000'000U);
  EXPECT_EQ(config->first_contact, std::chrono::hours(3));
  EXPECT_EQ(config->messages_per_second, 7);
  EXPECT_EQ(config->bytes_per_second, 2048);
  EXPECT_EQ(config->send_queue_bytes, 4'194'304U);
  EXPECT_EQ(config->reconnect_max, milliseconds(500));
  EXPECT_EQ(config->propagation_timeout, milliseconds(600));
}

TEST(MeshConfig, NamesTheSettingThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"lisen = \"a:1\"", "did you mean mesh.listen"},
      {"max_message_bytes = 1048577", "mesh.max_message_bytes must be a whole number from 1024 to 1048576"},
      {"shards = 0", "mesh.shards"},
      {"peers = [\"nowhere\"]", "mesh.peers"},
      {"peers = \"a:1\"", "mesh.peers must be a list"},
      {"accept = \"all\"", "mesh.accept"},
      {"cluster = \"16\"", "mesh.cluster"},
  };
  for (const auto& [text, problem] : cases) {
    const Result<Config> config = parse_config(*parse_toml(text, "test"));
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().reason, "waku.invalid_config");
    EXPECT_THAT(config.error().message, HasSubstr(problem)) << text;
  }
  EXPECT_TRUE(parse_config(Value()));
}

TEST(SeenCache, ForgetsByAgeAndByNumber) {
  FakeClock clock;
  SeenCache cache(3, milliseconds(100));
  const auto hash = [](std::uint8_t n) {
    MessageHash out{};
    out[0] = n;
    return out;
  };
  EXPECT_TRUE(cache.insert(hash(1), clock.monotonic()));
  EXPECT_FALSE(cache.insert(hash(1), clock.monotonic()));
  clock.advance(milliseconds(60));
  EXPECT_TRUE(cache.insert(hash(2), clock.monotonic()));
  clock.advance(milliseconds(60));
  EXPECT_TRUE(cache.insert(hash(1), clock.monotonic())) << "older than its lifetime";
  EXPECT_TRUE(cache.insert(hash(3), clock.monotonic()));
  EXPECT_TRUE(cache.insert(hash(4), clock.monotonic()));
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_FALSE(cache.contains(hash(2))) << "the oldest of four";
  EXPECT_TRUE(cache.contains(hash(1)));
}

TEST(TokenBucket, DelaysWhatExceedsTheRate) {
  FakeClock clock;
  TokenBucket bucket(100, 10, clock.monotonic());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bucket.take(1, clock.monotonic()), milliseconds(0));
  EXPECT_EQ(bucket.take(1, clock.monotonic()), milliseconds(10));
  EXPECT_EQ(bucket.take(4, clock.monotonic()), milliseconds(50));
  clock.advance(milliseconds(50));
  EXPECT_EQ(bucket.take(0, clock.monotonic()), milliseconds(0));
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(bucket.take(10, clock.monotonic()), milliseconds(0)) << "never more than the burst";
  EXPECT_EQ(bucket.take(1, clock.monotonic()), milliseconds(10));
}

TEST(Backoff, DoublesUpToTheMostWithJitter) {
  milliseconds delay(0);
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 6; ++i) {
    delay = next_backoff(delay, milliseconds(100), milliseconds(1000));
    delays.push_back(delay.count());
  }
  EXPECT_THAT(delays, ::testing::ElementsAre(100, 200, 400, 800, 1000, 1000));
  SeededRandom random(5);
  milliseconds least(1'000'000), most(0);
  for (int i = 0; i < 1000; ++i) {
    const milliseconds waited = jittered(milliseconds(1000), random);
    least = std::min(least, waited);
    most = std::max(most, waited);
  }
  EXPECT_EQ(least, milliseconds(800));
  EXPECT_EQ(most, milliseconds(1200));
}

}  // namespace
}  // namespace status::waku::mesh
