// A disk that is full while the node runs, and one that cannot be written at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/process_node.h"
#include "tests/support/small_disk.h"

namespace status::test {
namespace {

// More than what a database keeps free of it.
constexpr std::uint64_t kDiskBytes = 96ULL << 20;

class Disk : public testing::Test {
 protected:
  void SetUp() override {
    const Status mounted = disk_.mount(kDiskBytes);
    ASSERT_TRUE(mounted) << mounted.error().describe();
  }
  // A node whose data directory is on the disk. What dies because there is no room is tried again soon.
  std::unique_ptr<ProcessNode> node_on_disk() const {
    const char* old = std::getenv("TMPDIR");
    const std::string before = old == nullptr ? "/tmp" : old;
    ::setenv("TMPDIR", disk_.path().c_str(), 1);
    auto node = std::make_unique<ProcessNode>(
        NodeOptions{.settings = {"restart.backoff_ms=50", "restart.backoff_max_ms=200", "restart.budget=0"}});
    ::setenv("TMPDIR", before.c_str(), 1);
    return node;
  }

  SmallDisk disk_;
};

void expect_ok(const Status& status) { EXPECT_TRUE(status) << status.error().describe(); }

TEST_F(Disk, ThatIsFullRefusesWritesAnswersReadsAndIsNoReasonToGiveUp) {
  const auto node = node_on_disk();
  ProcessNode peer;
  ASSERT_TRUE(node->start()) << node->report();
  ASSERT_TRUE(peer.start());
  expect_ok(link(*node, peer));
  const Result<Conversation> conversation = converse(*node, peer);
  ASSERT_TRUE(conversation) << conversation.error().describe();
  expect_ok(say(*node, *conversation, "before", "before"));

  expect_ok(disk_.fill());
  const Value message = Value::map({{"conversation", conversation->id}, {"content", "meanwhile"}});
  for (int i = 0; i < 20; ++i) {
    const auto refused = node->front().call("chat.send_message", message);
    ASSERT_FALSE(refused) << "there is no room for it";
    EXPECT_EQ(refused.error().code, Code::resource_exhausted) << refused.error().describe();
    EXPECT_EQ(refused.error().reason, "store.disk_full") << refused.error().describe();
  }
  const auto read = sent(*node, conversation->id);
  ASSERT_TRUE(read) << read.error().describe();
  EXPECT_THAT(*read, testing::ElementsAre("before"));
  // More often than statusd has numbers of generations in reserve.
  for (int i = 0; i < 20; ++i) {
    const auto before = node->kill("gateway");
    ASSERT_TRUE(before) << before.error().describe();
    expect_ok(node->await_ready("gateway", before->generation));
  }
  ASSERT_TRUE(node->kill("keys"));

  disk_.free();
  expect_ok(node->await_rows([](const Row& row) { return usable(row); }));
  expect_ok(say(*node, *conversation, "after", "after"));
  const auto arrived = await_received(peer, conversation->id, 2);
  ASSERT_TRUE(arrived) << arrived.error().describe();
  EXPECT_THAT(*arrived, testing::ElementsAre("before", "after"));
  EXPECT_THAT(node->strays(), testing::IsEmpty());
  expect_ok(node->stop());
}

TEST_F(Disk, ThatIsFullWhenAModuleStartsIsWaitedFor) {
  const auto node = node_on_disk();
  ASSERT_TRUE(node->start()) << node->report();
  expect_ok(disk_.fill());
  for (const char* module : {"chat", "waku", "keys"}) ASSERT_TRUE(node->kill(module)) << module;
  // Up without room, or not up and trying: the gateway says which, and nothing else suffers.
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(node->rows());
  disk_.free();
  expect_ok(node->await_rows([](const Row& row) { return usable(row); }));
  expect_ok(node->stop());
}

TEST_F(Disk, ThatIsReadOnlyIsRefusedAtTheStartWithThePath) {
  const auto node = node_on_disk();
  ASSERT_TRUE(node->start()) << node->report();
  expect_ok(node->stop());
  expect_ok(disk_.set_read_only(true));
  node->statusd().start();
  const auto code = node->statusd().statusd().wait(kPatience);
  ASSERT_TRUE(code.has_value()) << "it ends";
  EXPECT_EQ(*code, 1);
  EXPECT_THAT(node->statusd().statusd().read_all(),
              testing::AllOf(testing::HasSubstr("Read-only file system"), testing::HasSubstr(node->data_dir())));
  expect_ok(disk_.set_read_only(false));
  ASSERT_TRUE(node->start()) << node->report();
  expect_ok(node->stop());
}

}  // namespace
}  // namespace status::test
