// A death by a module's own fault, and how it is explained.
#include <gmock/gmock.h>

#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;

TEST(CrashRecord, HasTheStackOfEveryThreadTheOneThatFaultedFirst) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  EXPECT_FALSE(node.begin("echo_a.crash", 10'000).get());
  const Value crash = node.explain_death(1);
  if (kSanitized) return;  // the signal is the sanitizer's; tests/unit/supervisor/crash_handler_test.cpp sees to that
  EXPECT_EQ(crash.string_or("signal", ""), "SIGSEGV");
  EXPECT_EQ(crash.uint_or("fault_address", 0), 8U);
  EXPECT_EQ(crash.string_or("build_id", "").size(), 40U);
  EXPECT_GT(crash.find("resources")->uint_or("max_rss_bytes", 0), 0U);
  EXPECT_FALSE(crash.find("log")->as_array()->empty());
  const Value::Array& threads = *crash.find("threads")->as_array();
  EXPECT_EQ(threads.size(), crash.uint_or("thread_count", 0));
  ASSERT_GT(threads.size(), 3U);
  const Value& first = threads.front();
  EXPECT_EQ(first.string_or("method", ""), "echo_a.crash");
  EXPECT_THAT(functions_of(first), testing::StartsWith("(anonymous namespace)::write_to_nowhere()\n"));
  EXPECT_THAT(functions_of(first), HasSubstr("status::ipc::WorkerPool::run()"));
  const Value& frame = first.find("frames")->as_array()->front();
  EXPECT_EQ(frame.string_or("object", ""), binary("echo_module"));
  EXPECT_EQ(frame.string_or("build_id", ""), crash.string_or("build_id", "-"));
  std::string all;
  for (const Value& thread : threads) {
    EXPECT_TRUE(thread.bool_or("whole", false)) << thread.string_or("name", "");
    all += functions_of(thread);
  }
  EXPECT_THAT(all, HasSubstr("status::ipc::control::ModuleChannel::receive")) << "the control thread";
  ASSERT_TRUE(node->await_ready("echo_a", 1));
  EXPECT_TRUE(node->stop());
}

TEST(CrashRecord, AMethodThatIsInFlightAgainAndAgainIsPointedOut) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  for (std::uint64_t generation = 1; generation <= 3; ++generation) {
    EXPECT_FALSE(node.begin("echo_a.crash", 10'000).get());
    ASSERT_TRUE(node->await_ready("echo_a", generation));
    ASSERT_TRUE(wait_for_file(node->data_dir() + "/crash/echo_a/" + std::to_string(generation) + ".json", kPatience));
  }
  std::string output;
  ASSERT_EQ(node.statusctl({"why", "echo_a", "--json"}, &output), 0);
  EXPECT_THAT(output, HasSubstr(R"("repeated_methods":[{"method":"echo_a.crash","deaths":3,"of":3})"));
  EXPECT_TRUE(node->stop());
}

// Where addr2line is missing a stack is still objects and offsets.
TEST(CrashRecord, IsReadableWithoutNames) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  EXPECT_FALSE(node.begin("echo_a.crash", 10'000).get());
  ASSERT_TRUE(wait_for_file(node->data_dir() + "/crash/echo_a/1.json", kPatience));
  ChildProcess why({binary("statusctl"), "--data-dir", node->data_dir(), "why", "echo_a", "--json"}, {"PATH=/nowhere"});
  EXPECT_EQ(why.wait(kPatience), 0);
  EXPECT_THAT(why.read_all(), HasSubstr("\"last_crash\""));
  EXPECT_THAT(why.read_all(), testing::Not(HasSubstr("\"functions\"")));
  if (!kSanitized) {
    EXPECT_THAT(why.read_all(), HasSubstr("\"object\":\"" + binary("echo_module") + "\""));
  }
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
