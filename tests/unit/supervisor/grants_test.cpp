#include "supervisor/tree/grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ipc/base/codec.h"

namespace status::supervisor {
namespace {

Result<Grants> parse(const std::string& text) { return Grants::parse(*parse_toml(text, "grants.toml"), "grants.toml"); }

TEST(Grants, CommonPatterns) {
  EXPECT_EQ(common_pattern("*", "chat.send_message"), "chat.send_message");
  EXPECT_EQ(common_pattern("chat.*", "*"), "chat.*");
  EXPECT_EQ(common_pattern("chat.*", "chat.send_message"), "chat.send_message");
  EXPECT_EQ(common_pattern("chat.send_message", "chat.send_message"), "chat.send_message");
  EXPECT_EQ(common_pattern("chat.send_message", "chat.messages"), "");
  EXPECT_EQ(common_pattern("chat.*", "waku.send"), "");
}

TEST(Grants, WhatIsWrittenIsReadBack) {
  Grants grants;
  grants.grant("bridge", "waku", {"waku.send", "waku.info"});
  grants.grant("bridge", "waku", {"waku.info", "waku.connect"});
  grants.grant("bridge", "chat", {});
  const auto again = parse(grants.to_toml());
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->all(), grants.all());
  EXPECT_EQ(again->all().at("bridge").at("waku"), (std::vector<std::string>{"waku.send", "waku.info", "waku.connect"}));
  EXPECT_EQ(again->all().at("bridge").at("chat"), std::vector<std::string>{"*"});
}

TEST(Grants, ARevokedOneIsGone) {
  Grants grants;
  grants.grant("bridge", "waku", {});
  EXPECT_FALSE(grants.revoke("bridge", "chat"));
  EXPECT_FALSE(grants.revoke("other", "waku"));
  EXPECT_TRUE(grants.revoke("bridge", "waku"));
  EXPECT_TRUE(grants.all().empty());
}

TEST(Grants, WishesAreNarrowedToWhatWasGranted) {
  const auto grants = parse("[bridge]\nwaku = [\"waku.send\", \"waku.events.next\"]\nkeys = []\n");
  ASSERT_TRUE(grants.has_value());
  const std::vector<Requirement> wishes = {{.module = "waku"}, {.module = "keys"}, {.module = "chat"}};
  const auto left = grants->narrow("bridge", wishes);
  ASSERT_EQ(left.size(), 1u) << "an empty list grants nothing";
  EXPECT_EQ(left[0].module, "waku");
  EXPECT_EQ(left[0].methods, (std::vector<std::string>{"waku.send", "waku.events.next"}));
  EXPECT_TRUE(grants->narrow("another", wishes).empty());
}

TEST(Grants, WrongOnesNameTheirPlace) {
  EXPECT_THAT(parse("bridge = 1\n").error().message, testing::HasSubstr("grants.toml:1: `bridge` must be a table"));
  EXPECT_THAT(parse("[bridge]\nwaku = true\n").error().message, testing::HasSubstr("grants.toml:2: `bridge.waku`"));
}

}  // namespace
}  // namespace status::supervisor
