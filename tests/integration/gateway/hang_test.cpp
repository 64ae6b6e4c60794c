// A module that answers pings and does nothing else: all its workers are lost in handlers that never return.
#include <gmock/gmock.h>

#include <future>

#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

TEST(HangingModule, IsDegradedThenAbortedAndItsRecordNamesTheCall) {
  EchoNode node({"hang.limit_ms=600"});
  ASSERT_TRUE(node.start());
  const auto front = node->open_front();
  std::vector<std::future<Result<ipc::Response>>> calls;
  const auto begin = [&](std::uint32_t deadline_ms) {
    auto answer = std::make_shared<std::promise<Result<ipc::Response>>>();
    calls.push_back(answer->get_future());
    ipc::Request request;
    request.method = "echo_a.block";
    request.deadline_ms = deadline_ms;
    front->client().call(request, [answer](Result<ipc::Response> response) { answer->set_value(std::move(response)); });
  };
  // More than it has workers; those that wait behind keep the queue filled.
  for (int i = 0; i < 16; ++i) begin(50);
  for (int i = 0; i < 16; ++i) begin(30'000);
  ASSERT_TRUE(node->events().wait_for(EventLog::state("echo_a", "backoff"), kPatience)) << node->report();
  for (auto& call : calls) EXPECT_FALSE(call.get());
  ASSERT_TRUE(node->await_ready("echo_a", 1));
  const std::string record = node->data_dir() + "/crash/echo_a/1.json";
  ASSERT_TRUE(wait_for_file(record, kPatience));
  EXPECT_THAT(read_file(record), testing::HasSubstr("echo_a.block"));
  EXPECT_THAT(read_file(record), testing::HasSubstr("none has completed"));
  EXPECT_TRUE(node->front().call("echo_b.say", Value::map({{"text", "still here"}})));
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
