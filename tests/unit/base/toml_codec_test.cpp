#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ipc/base/codec.h"

namespace status {
namespace {

TEST(Toml, EveryValueCarriesItsLineAndKeysTheirOrder) {
  const Value value = parse_toml(
                          "name = 'waku'\nlimits = { rss = 5, ratio = 1.5 }\n\n[backend]\nkind = \"mesh\"\npeers = [\n "
                          " 'a',\n  'b',\n]\non = true\n",
                          "module.toml")
                          .value();
  EXPECT_EQ(
      value,
      Value::map({{"name", "waku"},
                  {"limits", Value::map({{"rss", 5}, {"ratio", 1.5}})},
                  {"backend", Value::map({{"kind", "mesh"}, {"peers", Value::array({"a", "b"})}, {"on", true}})}}));
  EXPECT_EQ(value.find("name")->line(), 1);
  EXPECT_EQ(value.find("limits")->line(), 2);
  EXPECT_EQ(value.find("backend")->line(), 4);
  EXPECT_EQ(value.find("backend")->find("kind")->line(), 5);
  EXPECT_EQ(value.find("backend")->find("peers")->as_array()->at(1).line(), 8);
  EXPECT_EQ(value.find("backend")->find("on")->line(), 10);
}

TEST(Toml, ErrorsNameFileAndLine) {
  const Result<Value> broken = parse_toml("a = 1\nb = = 2\n", "node.toml");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::invalid_argument);
  EXPECT_THAT(broken.error().message, testing::StartsWith("node.toml:2: "));
  const Result<Value> twice = parse_toml("a = 1\n\na = 2\n", "node.toml");
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, testing::StartsWith("node.toml:3: "));
}

TEST(Toml, DatesAreRefusedByLine) {
  const Result<Value> value = parse_toml("a = 1\n[b]\nwhen = 2024-01-01\n", "node.toml");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "node.toml:3: dates and times are not used here: write a string in quotes");
}

// Undefined behaviour and a failing assertion in toml++ 3.3, found by text_fuzz.
TEST(Toml, LettersAndControlCharactersOutsideQuotesAreAnError) {
  for (const char* text : {"\xc3\xa9 = 1", "a = \xc3\xa9", "\t\xef\xbb\xb8", "[\x01}"}) {
    const auto refused = parse_toml(text, "node.toml");
    ASSERT_FALSE(refused) << text;
    EXPECT_TRUE(refused.error().message.starts_with("node.toml:1: ")) << refused.error().message;
  }
  EXPECT_TRUE(parse_toml("'\xc3\xa9' = '\xef\xbb\xb8'", "node.toml"));
}

TEST(Toml, AnEmptyDocumentIsAnEmptyMap) { EXPECT_EQ(parse_toml("", "x").value(), Value(Value::Map{})); }

TEST(Toml, NestingBombIsRefused) { EXPECT_FALSE(parse_toml("a = " + std::string(100'000, '['), "node.toml")); }

class TomlFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "toml_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(std::string_view name, std::string_view text) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }
  std::filesystem::path folder_;
};

TEST_F(TomlFile, IsReadAndNamedInErrors) {
  EXPECT_EQ(read_toml_file(write("good.toml", "a = 1\n")).value(), Value::map({{"a", 1}}));
  const std::string path = write("bad.toml", "\na = ?\n");
  EXPECT_THAT(read_toml_file(path).error().message, testing::StartsWith(path + ":2: "));
}

TEST_F(TomlFile, MissingFoldersAndHugeFilesAreErrors) {
  const std::string missing = folder_ / "none.toml";
  EXPECT_EQ(read_toml_file(missing).error().code, Code::not_found);
  EXPECT_EQ(read_toml_file(missing).error().message, "open " + missing + ": No such file or directory");
  EXPECT_FALSE(read_toml_file(folder_));
  EXPECT_EQ(read_toml_file(write("huge.toml", std::string((1 << 20) + 1, '#'))).error().reason, "ipc.limit");
}

}  // namespace
}  // namespace status
