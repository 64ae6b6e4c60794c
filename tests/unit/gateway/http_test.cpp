// Who asks, and for what: the parts of the HTTP server that need no socket.
#include <gtest/gtest.h>

#include "supervisor/gateway/http/origin.h"
#include "supervisor/gateway/http/query.h"

namespace status::gateway {
namespace {

TEST(HttpOrigin, ProgramsThatAreNoBrowsersSendNothingAndMayAsk) {
  EXPECT_TRUE(is_own_page({.host = "localhost:9464", .origin = "", .fetch_site = ""}));
  EXPECT_TRUE(is_own_page({.host = "", .origin = "", .fetch_site = ""}));
}

TEST(HttpOrigin, IsTheHostThatWasAsked) {
  EXPECT_TRUE(is_own_page({.host = "localhost:9464", .origin = "http://localhost:9464", .fetch_site = "same-origin"}));
  EXPECT_TRUE(is_own_page({.host = "Node.Example:9464", .origin = "https://node.example:9464", .fetch_site = ""}));
  EXPECT_TRUE(is_own_page({.host = "127.0.0.1:9464", .origin = "", .fetch_site = "none"})) << "typed by a person";
}

TEST(HttpOrigin, AnotherPortNameOrSiteIsAnotherPage) {
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "http://localhost:8080", .fetch_site = ""}));
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "http://attacker.example", .fetch_site = ""}));
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "null", .fetch_site = ""}));
  EXPECT_FALSE(is_own_page({.host = "", .origin = "http://", .fetch_site = ""}));
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "", .fetch_site = "cross-site"}));
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "", .fetch_site = "same-site"}));
  EXPECT_FALSE(is_own_page({.host = "localhost:9464", .origin = "http://localhost:9464", .fetch_site = "cross-site"}));
}

TEST(HttpQuery, GivesWhatAKeyHas) {
  EXPECT_EQ(query_value("q=1&after=2", "after"), "2");
  EXPECT_EQ(query_value("q=%7B%22a%22%3A+1%7D", "q"), R"({"a": 1})");
  EXPECT_EQ(query_value("after=2", "q"), "");
  EXPECT_EQ(query_value("qq=1&q", "q"), "");
  EXPECT_EQ(query_value("", "q"), "");
  EXPECT_EQ(query_value("q=a%2", "q"), std::nullopt);
  EXPECT_EQ(query_value("q=%0x", "q"), std::nullopt);
  EXPECT_EQ(query_value("q=%zz", "q"), std::nullopt);
}

}  // namespace
}  // namespace status::gateway
