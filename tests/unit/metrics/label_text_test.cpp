#include "metrics/label_text.h"

#include <gtest/gtest.h>

namespace status::metrics {
namespace {

std::string text_of(const Labels& labels) {
  std::string out;
  append_labels(labels, out);
  return out;
}

TEST(LabelText, ReadsWhatItWrites) {
  const Labels cases[] = {{}, {{"a", ""}}, {{"a", "x"}, {"b", "y,z=\"{}\""}}, {{"a", "\\n\n\\\"é\t "}}};
  for (const Labels& labels : cases) EXPECT_EQ(parse_labels(text_of(labels)), labels) << text_of(labels);
  EXPECT_EQ(text_of({{"a", "1\n2"}, {"b", "\"\\"}}), R"(a="1\n2",b="\"\\")");
}

TEST(LabelText, TakesWhatTheFormatAllows) {
  EXPECT_EQ(parse_labels(R"( b = "2" , a="1", )"), (Labels{{"a", "1"}, {"b", "2"}})) << "sorted by name";
  EXPECT_EQ(parse_labels(""), Labels{});
  EXPECT_EQ(parse_labels("\t "), Labels{});
}

TEST(LabelText, RefusesTheRest) {
  for (const char* bad : {"a", "a=", "a=x", "a=\"x", "a=\"x\\", "a=\"x\\q\"", "a=\"x\"b=\"y\"", "=\"x\"", "0=\"x\"",
                          ",", "a=\"x\",,", "a=\"x\",a=\"y\"", "__a=\"x\"", "a b=\"x\"", "a=\"x\ny\"", "{a=\"x\"}"}) {
    EXPECT_FALSE(parse_labels(bad)) << bad;
  }
}

}  // namespace
}  // namespace status::metrics
