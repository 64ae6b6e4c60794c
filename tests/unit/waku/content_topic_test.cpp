#include "services/waku/content_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace status::waku {
namespace {

using ::testing::HasSubstr;

TEST(ContentTopic, ParsesWithAndWithoutGeneration) {
  const ContentTopic expected{"toychat", "2", "huilong", "proto"};
  for (const char* text : {"/toychat/2/huilong/proto", "/0/toychat/2/huilong/proto", "/00/toychat/2/huilong/proto"}) {
    const Result<ContentTopic> topic = parse_content_topic(text);
    ASSERT_TRUE(topic) << text;
    EXPECT_EQ(*topic, expected);
    EXPECT_EQ(to_text(*topic), "/toychat/2/huilong/proto");
  }
}

TEST(ContentTopic, AcceptsUtf8Names) { EXPECT_TRUE(parse_content_topic("/status/1/grüße/proto")); }

TEST(ContentTopic, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "must start with a slash"},
      {"toychat/2/huilong/proto", "must start with a slash"},
      {"/this-is-not-namespaced", "has 1 parts"},
      {"/toychat/2/huilong", "has 3 parts"},
      {"/0/toychat/2/huilong/proto/x", "has 6 parts"},
      {"/toychat/2/huilong/proto/33", "generation is not a number"},
      {"//toychat/2/huilong/proto", "generation is not a number"},
      {"/1/toychat/2/huilong/proto", "generation above 0"},
      {"//2/huilong/proto", "empty application"},
      {"/toychat//huilong/proto", "empty version"},
      {"/toychat/2//proto", "empty name"},
      {"/toychat/2/huilong/", "empty encoding"},
      {"/toychat/2/hui\nlong/proto", "control character"},
      {"/toychat/2/\xff/proto", "is not UTF-8"},
      {"/toychat/2/" + std::string(kMaxContentTopicBytes, 'x') + "/proto", "longer than 512 bytes"},
  };
  for (const auto& [text, problem] : cases) {
    const Result<ContentTopic> topic = parse_content_topic(text);
    ASSERT_FALSE(topic) << text;
    EXPECT_EQ(topic.error().code, Code::invalid_argument);
    EXPECT_EQ(topic.error().reason, "waku.invalid_content_topic");
    EXPECT_THAT(topic.error().message, HasSubstr(problem)) << text;
    EXPECT_EQ(topic.error().message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace status::waku
