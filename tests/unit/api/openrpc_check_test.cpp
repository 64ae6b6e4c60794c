#include "tests/support/openrpc_check.h"

#include <gtest/gtest.h>

#include "tests/unit/api/sample.h"

namespace status::test {
namespace {

TEST(OpenRpcCheck, ShowsTheLinesThatDiffer) {
  EXPECT_EQ(line_difference("a\nb\nc\n", "a\nb\nc\n"), "");
  EXPECT_EQ(line_difference("a\nb\nc\n", "a\nx\ny\nc\n"), "from line 2:\n- b\n+ x\n+ y\n");
  EXPECT_EQ(line_difference("a\n", "a\nb\n"), "from line 2:\n+ b\n");
  EXPECT_EQ(line_difference("a\na\n", "a\n"), "from line 2:\n- a\n");
}

TEST(OpenRpcCheck, AChangedOrMissingDocumentFailsAndNamesTheCommand) {
  if (std::getenv("UPDATE_OPENRPC") != nullptr) GTEST_SKIP() << "the documents are being rewritten";
  const api::Interface other = api::Interface(sample::interface()).event<api::Empty>("added", "Not in the document.");
  const testing::AssertionResult changed = matches_committed(other, "tests/unit/api/sample_openrpc.json");
  EXPECT_FALSE(changed);
  EXPECT_THAT(changed.message(), testing::HasSubstr("UPDATE_OPENRPC=1"));
  EXPECT_THAT(changed.message(), testing::HasSubstr("+       \"topic\": \"sample.added\""));
  EXPECT_FALSE(matches_committed(sample::interface(), "tests/unit/api/none.json"));
}

}  // namespace
}  // namespace status::test
