#include "services/waku/sharding.h"

#include <gtest/gtest.h>

namespace status::waku {
namespace {

TEST(Sharding, MatchesTheVectors) {
  EXPECT_EQ(shard_of({"toychat", "2", "huilong", "proto"}, 8), 3);
  EXPECT_EQ(shard_of({"status", "1", "anything", "proto"}, 8), 5);
  EXPECT_EQ(shard_of({"logos-chat", "1", "anything", "proto"}, 8), 0);
}

TEST(Sharding, NameAndEncodingDoNotMatter) {
  EXPECT_EQ(shard_of({"toychat", "2", "a", "proto"}, 8), shard_of({"toychat", "2", "b", "rfc26"}, 8));
}

TEST(Sharding, OneShardTakesEverything) {
  for (const char* application : {"a", "b", "status", "waku"}) EXPECT_EQ(shard_of({application, "1", "n", "e"}, 1), 0);
}

TEST(Sharding, AutoshardNamesThePubsubTopic) {
  const Result<Shard> shard = autoshard("/0/toychat/2/huilong/proto", {.cluster = 1, .shard_count = 8});
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->index, 3);
  EXPECT_EQ(shard->pubsub_topic, "/waku/2/rs/1/3");
  EXPECT_FALSE(autoshard("/1/toychat/2/huilong/proto", {}));
}

}  // namespace
}  // namespace status::waku
