#include "ipc/base/words.h"

#include <gtest/gtest.h>

#include "ipc/base/codec.h"

namespace status {
namespace {

TEST(NearestWord, FindsTypingErrors) {
  const std::vector<std::string> known{"conversation", "content", "limit", "cursor"};
  EXPECT_EQ(nearest_word("convrsation", known), "conversation");
  EXPECT_EQ(nearest_word("contnet", known), "content");
  EXPECT_EQ(nearest_word("limits", known), "limit");
  EXPECT_EQ(nearest_word("Cursor", known), "cursor");
  EXPECT_EQ(nearest_word("wakuu", {"waku", "chat"}), "waku");
}

TEST(NearestWord, PrefersTheNearer) { EXPECT_EQ(nearest_word("start", {"stats", "starts", "st"}), "starts"); }

TEST(NearestWord, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest_word("ab", {"xy"}), "");
  EXPECT_EQ(nearest_word("payload", {"conversation"}), "");
  EXPECT_EQ(nearest_word("", {"a"}), "");
  EXPECT_EQ(nearest_word("x", {}), "");
  EXPECT_EQ(nearest_word(std::string(1 << 20, 'x'), {"xxx"}), "");
}

TEST(InQuotes, MakesForeignTextHarmless) {
  EXPECT_EQ(in_quotes("key"), "`key`");
  EXPECT_EQ(in_quotes("a\nb\x1b[0m\x7f"), "`a?b?[0m?`");
  EXPECT_EQ(in_quotes("\xff\xfe"), "`??`");
  EXPECT_EQ(in_quotes("größe"), "`größe`");
  EXPECT_EQ(in_quotes(std::string(1000, 'x')), "`" + std::string(64, 'x') + "…`");
}

TEST(CodePoints, AreCountedNotBytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("abc"), 3u);
  EXPECT_EQ(count_code_points("é€😀"), 3u);
  EXPECT_EQ(count_code_points(std::string_view("\0x", 2)), 2u);
}

TEST(CodePoints, WhatIsNotUtf8HasNone) {
  for (const char* text : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                           "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "ok\xff", "\xe2\x82"}) {
    EXPECT_EQ(count_code_points(text), std::nullopt) << in_quotes(text);
  }
}

}  // namespace
}  // namespace status
