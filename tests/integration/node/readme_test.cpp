// The C++ of README.md's "A message in ten minutes", against a real node: what it says to link is all it links.
#include <gtest/gtest.h>

#include "ipc/client/typed.h"
#include "services/chat/api.h"
#include "tests/support/process_node.h"

namespace status::test {
namespace {

TEST(Readme, TheFrontEndOfTheExampleGetsItsAnswerAndItsError) {
  ProcessNode node;
  ASSERT_TRUE(node.start());
  auto client = ipc::Client::open({.url = node.url(), .target = "chat", .credential = node.token()});
  ASSERT_TRUE(client);
  const auto identity = ipc::call<chat::Identity>(**client, {});
  ASSERT_TRUE(identity) << identity.error().describe();
  EXPECT_EQ(identity->identity.bytes.size(), 32U);
  const auto sent = ipc::call<chat::SendMessage>(**client, {.conversation = "nobody", .content = "hello"});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, "chat.unknown_conversation");
  EXPECT_TRUE(node.stop());
}

}  // namespace
}  // namespace status::test
