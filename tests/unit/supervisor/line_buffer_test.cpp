#include "ipc/control/line_buffer.h"

#include <gtest/gtest.h>

namespace status::ipc::control {
namespace {

TEST(LineBuffer, CutsLinesFromAnyPortions) {
  const std::string stream = "one\ntwo\n\nthree\n";
  for (std::size_t portion = 1; portion <= stream.size(); ++portion) {
    LineBuffer lines;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size(); at += portion) {
      lines.append(std::string_view(stream).substr(at, portion));
      for (;;) {
        auto line = lines.next();
        ASSERT_TRUE(line.has_value());
        if (!*line) break;
        got.push_back(**line);
      }
    }
    EXPECT_EQ(got, (std::vector<std::string>{"one", "two", "", "three"})) << "portions of " << portion;
  }
}

TEST(LineBuffer, KeepsAnUnfinishedLine) {
  LineBuffer lines;
  lines.append("half");
  EXPECT_EQ(*lines.next(), std::nullopt);
  lines.append(" and half\n");
  EXPECT_EQ(*lines.next(), "half and half");
}

TEST(LineBuffer, TheLimitCountsTheLineFeed) {
  LineBuffer lines(8);
  lines.append("1234567\n");
  EXPECT_EQ(*lines.next(), "1234567");
  lines.append("12345678\nok\n");
  auto refused = lines.next();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "control.line_too_long");
  EXPECT_EQ(*lines.next(), "ok");
}

TEST(LineBuffer, ALineThatIsTooLongIsReportedOnceAndSkipped) {
  LineBuffer lines(8);
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    lines.append("xxxxx");
    auto line = lines.next();
    if (!line.has_value()) {
      ++refused;
    } else {
      EXPECT_EQ(*line, std::nullopt);
    }
  }
  EXPECT_EQ(refused, 1);
  lines.append("tail\nnext\n");
  EXPECT_EQ(*lines.next(), "next");
  EXPECT_EQ(*lines.next(), std::nullopt);
}

TEST(LineBuffer, ALongLineCanComeInPieces) {
  LineBuffer lines(5, LineBuffer::Overflow::split);
  lines.append("123456789\nab\nrest");
  for (const char* piece : {"1234", "5678", "9", "ab"}) EXPECT_EQ(*lines.next(), piece);
  EXPECT_EQ(*lines.next(), std::nullopt);
  EXPECT_EQ(lines.rest(), "rest");
  EXPECT_EQ(lines.rest(), "");
}

}  // namespace
}  // namespace status::ipc::control
