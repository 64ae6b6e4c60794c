#include "services/host/backend_gate.h"

#include <gtest/gtest.h>

#include "ipc/wire/method_scope.h"
#include "tests/unit/metrics/find_sample.h"

namespace status::host {
namespace {

using namespace std::chrono_literals;
using metrics::find_sample;

class BackendGateTest : public ::testing::Test {
 protected:
  double value(const char* name, metrics::Labels labels) {
    const metrics::Snapshot snapshot = registry_.collect();
    const metrics::Sample* sample = find_sample(snapshot, name, std::move(labels));
    return sample == nullptr ? -1 : sample->value;
  }
  void put_in(const char* kind, std::uint32_t delay_ms = 0) {
    api::Fault fault;
    fault.method = "waku.peers";
    fault.stage = "backend";
    fault.kind = kind;
    fault.delay_ms = delay_ms;
    faults_.set({fault});
  }

  SeededRandom random_{1};
  Logger log_{"waku", 1, LogLevel::error};
  metrics::Registry registry_;
  FaultBook faults_{random_, log_};
  BackendGate gate_{registry_, faults_};
};

TEST_F(BackendGateTest, ChargesAndMeasuresWhatIsAnsweredAtOnce) {
  StageTotals totals;
  const StageScope scope(totals);
  const Result<int> answer = gate_.call("peers", [] {
    const auto cpu = thread_cpu_time();
    while (thread_cpu_time() < cpu + 2ms) continue;
    return Result<int>(3);
  });
  EXPECT_EQ(answer, 3);
  EXPECT_GE(totals.of(Stage::backend), 2'000'000U);
  EXPECT_EQ(value("status_backend_calls_total", {{"function", "peers"}, {"outcome", "ok"}}), 1);
  EXPECT_GE(value("status_backend_cpu_seconds_total", {{"function", "peers"}}), 0.002);
}

TEST_F(BackendGateTest, TellsWaitingFromComputingOfWhatIsAnsweredLater) {
  std::optional<Result<int>> answer;
  auto measured = gate_.begin<int>("peers", [&](Result<int> got) { answer = std::move(got); });
  ASSERT_TRUE(measured);
  const std::uint64_t begin = monotonic_ns();
  while (monotonic_ns() < begin + 3'000'000) continue;  // the backend is not at it
  {
    const CpuScope computed;
    (*measured)(fail(Code::unavailable, "waku.stopping", "no"));
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().reason, "waku.stopping");
  EXPECT_EQ(value("status_backend_calls_total", {{"function", "peers"}, {"outcome", "error"}}), 1);
  EXPECT_GE(value("status_backend_wait_seconds_total", {{"function", "peers"}}), 0.002);
  EXPECT_LE(value("status_backend_cpu_seconds_total", {{"function", "peers"}}), 0.002);
}

TEST_F(BackendGateTest, LetsFaultsInBeforeTheBackend) {
  const ipc::MethodScope method("waku.peers");
  StageTotals totals;
  const StageScope scope(totals);
  put_in("fail");
  EXPECT_EQ(gate_.call("peers", [] { return Result<int>(3); }).error().reason, "fault.injected");
  EXPECT_EQ(gate_.begin<int>("peers", [](const Result<int>&) {}).error().reason, "fault.injected");
  put_in("delay", 20);
  EXPECT_EQ(gate_.call("peers", [] { return Result<int>(3); }), 3);
  EXPECT_GE(totals.of(Stage::backend), 20'000'000U);
}

}  // namespace
}  // namespace status::host
