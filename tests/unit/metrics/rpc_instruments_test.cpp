#include "metrics/rpc_instruments.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

ipc::FinishedRequest request(std::string_view method, std::optional<Code> code, std::uint64_t total_ns) {
  ipc::FinishedRequest made;
  made.target = "waku";
  made.method = method;
  made.code = code;
  made.total_ns = total_ns;
  return made;
}

ipc::FinishedCall call(std::string_view method) {
  ipc::FinishedCall made;
  made.method = method;
  made.caller = "gateway";
  made.stages.queue_ns = 1'000'000;
  made.stages.handler_ns = 2'000'000;
  made.stages.persist_ns = 3'000'000;
  made.send_ns = 4'000'000;
  return made;
}

class RpcInstrumentsTest : public ::testing::Test {
 protected:
  Registry registry_;
  RpcInstruments rpc_{registry_, "chat"};
};

TEST_F(RpcInstrumentsTest, CallerCountsOutcomesAndTime) {
  rpc_.finished(request("waku.send", std::nullopt, 1'500'000));
  rpc_.finished(request("waku.send", std::nullopt, 3'000'000));
  rpc_.finished(request("waku.send", Code::unavailable, 100'000));
  const Snapshot snapshot = registry_.collect();
  const auto count = [&](const char* code) {
    const Sample* sample = find_sample(snapshot, "status_rpc_requests_total",
                                       {{"module", "waku"}, {"method", "send"}, {"caller", "chat"}, {"code", code}});
    return sample == nullptr ? -1 : sample->value;
  };
  EXPECT_EQ(count("OK"), 2);
  EXPECT_EQ(count("UNAVAILABLE"), 1);
  EXPECT_EQ(count("INTERNAL"), -1) << "codes that never occurred cost no series";
  const Sample* duration =
      find_sample(snapshot, "status_rpc_duration_seconds", {{"module", "waku"}, {"method", "send"}});
  ASSERT_NE(duration, nullptr);
  EXPECT_EQ(duration->count, 3U);
  EXPECT_NEAR(duration->sum, 0.0046, 1e-9);
}

TEST_F(RpcInstrumentsTest, CallerCountsTheWayBack) {
  ipc::FinishedRequest answered = request("waku.send", std::nullopt, 1'500'000);
  answered.reply_ns = 2'000'000;
  rpc_.finished(answered);
  rpc_.finished(request("waku.send", Code::unavailable, 100'000));
  const Snapshot snapshot = registry_.collect();
  const Sample* seconds = find_sample(snapshot, "status_rpc_stage_seconds_total",
                                      {{"module", "waku"}, {"stage", "reply"}, {"method", "send"}});
  ASSERT_NE(seconds, nullptr);
  EXPECT_NEAR(seconds->value, 0.002, 1e-9);
  const Sample* spread =
      find_sample(snapshot, "status_rpc_stage_duration_seconds", {{"module", "waku"}, {"stage", "reply"}});
  ASSERT_NE(spread, nullptr);
  EXPECT_EQ(spread->count, 1U);
}

TEST_F(RpcInstrumentsTest, CalleeCountsStages) {
  rpc_.finished(call("chat.send_message"));
  rpc_.finished(call("chat.send_message"));
  const Snapshot snapshot = registry_.collect();
  const auto seconds = [&](const char* stage) {
    const Sample* sample =
        find_sample(snapshot, "status_rpc_stage_seconds_total", {{"method", "send_message"}, {"stage", stage}});
    return sample == nullptr ? -1 : sample->value;
  };
  EXPECT_NEAR(seconds("send"), 0.008, 1e-9);
  EXPECT_NEAR(seconds("queue"), 0.002, 1e-9);
  EXPECT_NEAR(seconds("handler"), 0.004, 1e-9);
  EXPECT_NEAR(seconds("persist"), 0.006, 1e-9);
  EXPECT_EQ(seconds("backend"), -1);
  EXPECT_EQ(find_sample(snapshot, "status_rpc_stage_duration_seconds", {{"stage", "persist"}})->count, 2U);
}

TEST_F(RpcInstrumentsTest, InventedMethodsShareOneLabel) {
  for (int i = 0; i < 100; ++i) {
    const std::string name = "waku.nonsense" + std::to_string(i);
    rpc_.finished(request(name, Code::unimplemented, 1000));
    ipc::FinishedCall unknown = call(name);
    unknown.code = Code::unimplemented;
    rpc_.finished(unknown);
  }
  const Snapshot snapshot = registry_.collect();
  EXPECT_EQ(find_family(snapshot, "status_rpc_requests_total")->samples.size(), 1U);
  EXPECT_EQ(find_sample(snapshot, "status_rpc_duration_seconds", {{"module", "waku"}, {"method", "_unknown"}})->count,
            100U);
  EXPECT_EQ(find_family(snapshot, "status_rpc_stage_seconds_total")->samples.size(), 4U);
}

// A module that is locked refuses before anybody has looked whether it has such a method.
TEST_F(RpcInstrumentsTest, InventedMethodsOfALockedModuleAreBounded) {
  for (int i = 0; i < 5'000; ++i) {
    const std::string name = "waku.nonsense" + std::to_string(i);
    rpc_.finished(request(name, Code::failed_precondition, 1000));
    ipc::FinishedCall refused = call(name);
    refused.code = Code::failed_precondition;
    rpc_.finished(refused);
  }
  const Snapshot snapshot = registry_.collect();
  EXPECT_LE(find_family(snapshot, "status_rpc_duration_seconds")->samples.size(), 81U);
  const Sample* rest =
      find_sample(snapshot, "status_rpc_duration_seconds", {{"module", "waku"}, {"method", "_unknown"}});
  ASSERT_NE(rest, nullptr);
  EXPECT_EQ(rest->count, 4'920U);
}

TEST_F(RpcInstrumentsTest, RejectsAndLoad) {
  rpc_.rejected("ipc.queue_full");
  rpc_.rejected("ipc.queue_full");
  rpc_.set_load(2, 5, 64);
  const Snapshot snapshot = registry_.collect();
  EXPECT_EQ(find_sample(snapshot, "status_rpc_rejects_total", {{"reason", "ipc.queue_full"}})->value, 2);
  EXPECT_EQ(find_sample(snapshot, "status_rpc_in_flight")->value, 2);
  EXPECT_EQ(find_sample(snapshot, "status_rpc_queue_depth")->value, 5);
  EXPECT_EQ(find_sample(snapshot, "status_rpc_queue_capacity")->value, 64);
}

}  // namespace
}  // namespace status::metrics
