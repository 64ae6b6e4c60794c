// What statusd says to root, and to nobody else.
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/test_node.h"

namespace status::test {
namespace {

TEST(StatusdAsRoot, WarnsWhenItRunsAsRoot) {
  ASSERT_EQ(::geteuid(), 0u) << "this test is root's";
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.start();
  EXPECT_TRUE(node.wait_for("statusd: runs as root")) << node.statusd().output();
  ASSERT_TRUE(node.wait_for("a: starting → ready")) << "and it runs all the same";
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(read_file(node.path("logs/statusd.log")), testing::HasSubstr("runs as root"));
}

}  // namespace
}  // namespace status::test
