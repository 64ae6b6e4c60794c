// examples/rust-module at a real node: answers from threads of its own, and a panic.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/integration/module_host/library_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class Words : public testing::Test {
 protected:
  void SetUp() override {
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }

  LibraryNode node_{{{"words", "words"}}};
};

TEST_F(Words, AnswersFromItsOwnThreads) {
  for (int i = 0; i < 20; ++i) {
    const Result<Value> counted = node_.call("words.count", Value::map({{"text", "one two  three"}}));
    ASSERT_TRUE(counted) << counted.error().describe();
    EXPECT_EQ(counted->int_or("words", 0), 3);
  }
  const Result<Value> none = node_.call("words.count", Value::map({{"text", " "}}));
  EXPECT_EQ(none.error().reason, "words.no_words");
  const std::string line = "status_words_words_total{module=\"words\"} 60\n";
  EXPECT_THAT(node_.page_with(line), HasSubstr(line));
}

TEST_F(Words, APanicIsACrashWithARecord) {
  const Result<Value> panicked = node_.call("words.panic");
  EXPECT_EQ(panicked.error().code, Code::unavailable);
  ASSERT_TRUE(node_->await_ready("words", 1));
  ASSERT_TRUE(wait_for_file(node_->data_dir() + "/crash/words/1.json", kPatience));
  const Value crash = *node_.statusctl({"why", "words", "--json"}).json().find("last_crash");
  EXPECT_THAT(to_json(*crash.find("log")), HasSubstr("as it was told to"));
  if (kSanitized) return;  // the signal is the sanitizer's
  EXPECT_EQ(crash.string_or("signal", ""), "SIGABRT");
  EXPECT_EQ(crash.find("threads")->as_array()->front().string_or("method", ""), "words.panic");
}

}  // namespace
}  // namespace status::test
