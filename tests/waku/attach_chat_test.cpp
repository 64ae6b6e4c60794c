// Chat between two of our nodes across two Waku nodes: they know nothing of each other but what the Waku network carries.
#include <gmock/gmock.h>

#include "services/waku/api.h"
#include "tests/support/process_node.h"
#include "tests/waku/attach_suite.h"

namespace status::test {
namespace {

class AttachChat : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ends_.start());
    for (std::size_t end = 0; end < 2; ++end) {
      nodes_.push_back(std::make_unique<ProcessNode>(
          NodeOptions{.settings = without_backoff({"waku.backend=attach", "waku.attach.url=" + ends_.url(end),
                                                   "waku.attach.fill_in_ms=2000"})}));
      const Status started = nodes_.back()->start();
      ASSERT_TRUE(started) << started.error().describe() << nodes_.back()->report();
    }
    const Result<Conversation> talk = converse(*nodes_[0], *nodes_[1]);
    ASSERT_TRUE(talk) << talk.error().describe();
    talk_ = *talk;
  }
  void TearDown() override {
    if (!HasFailure()) return;
    for (const auto& node : nodes_) std::cerr << "=== a node of the failed test\n" << node->report();
  }
  void say(std::size_t from, const std::string& text) {
    const Status said = test::say(*nodes_[from], talk_, text, text);
    ASSERT_TRUE(said) << said.error().describe();
  }
  // What has come to that end, once there are `count`.
  std::vector<std::string> received_at(std::size_t end, std::size_t count) {
    return await_received(*nodes_[end], talk_.id, count, 3 * kPatience).value_or(std::vector<std::string>());
  }

  WakuEnds ends_;
  std::vector<std::unique_ptr<ProcessNode>> nodes_;
  Conversation talk_;
};

TEST_F(AttachChat, GoesBothWays) {
  std::vector<std::string> here;
  std::vector<std::string> there;
  for (int i = 0; i < 20; ++i) {
    there.push_back("a " + std::to_string(i));
    say(0, there.back());
  }
  EXPECT_THAT(received_at(1, 20), testing::UnorderedElementsAreArray(there));
  for (int i = 0; i < 20; ++i) {
    here.push_back("b " + std::to_string(i));
    say(1, here.back());
  }
  EXPECT_THAT(received_at(0, 20), testing::UnorderedElementsAreArray(here));
  const auto info = nodes_[0]->front().call<waku::Info>("waku", {});
  ASSERT_TRUE(info) << info.error().describe();
  EXPECT_EQ(info->backend, "attach");
}

TEST_F(AttachChat, SurvivesKillsOfOurModulesAndOfTheWakuNode) {
  std::vector<std::string> all;
  const auto say_more = [&] {
    for (int i = 0; i < 5; ++i) {
      all.push_back("message " + std::to_string(all.size()));
      say(0, all.back());
    }
  };
  say_more();
  for (const char* module : {"waku", "chat"}) {
    for (const auto& node : nodes_) {
      ASSERT_TRUE(node->kill(module));
      say_more();
    }
  }
  if (!ends_.given()) {
    ends_.node(1).kill();
    say_more();
    ASSERT_TRUE(ends_.node(1).start(ends_.node(0).address()));
    say_more();
  }
  EXPECT_THAT(received_at(1, all.size()), testing::UnorderedElementsAreArray(all));
}

}  // namespace
}  // namespace status::test
