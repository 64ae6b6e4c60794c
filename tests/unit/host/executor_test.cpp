#include "services/host/executor.h"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <vector>

#include "ipc/base/stage_clock.h"
#include "ipc/wire/method_scope.h"
#include "ipc/wire/trace_scope.h"

namespace status::host {
namespace {

std::string current_trace() {
  const ipc::Trace* trace = ipc::TraceScope::current();
  return trace == nullptr ? "" : trace->id_hex();
}

class ExecutorTest : public ::testing::Test {
 protected:
  // What a posted job sees, on the executor's thread.
  std::future<std::string> post() {
    auto seen = std::make_shared<std::promise<std::string>>();
    std::future<std::string> answer = seen->get_future();
    EXPECT_TRUE(executor_.post([seen] { seen->set_value(current_trace()); }));
    return answer;
  }

  SeededRandom random_{1};
  const ipc::Trace trace_ = ipc::Trace::start(random_);
  Executor executor_{[] {}, [] { return std::nullopt; }};
};

TEST_F(ExecutorTest, RunsForTheCallOfTheThreadThatAsks) {
  StageTotals totals;
  const StageScope stages(totals);
  const ipc::TraceScope scope(&trace_);
  EXPECT_EQ(executor_.run(current_trace), trace_.id_hex());
  EXPECT_EQ(executor_.run([] { return StageScope::current(); }), &totals);
}

TEST_F(ExecutorTest, AJobGoesOnWithTheTraceOfTheCallThatPostedIt) {
  std::future<std::string> inside;
  {
    const ipc::Trace of_the_call = trace_;  // gone when the job runs, perhaps
    const ipc::TraceScope scope(&of_the_call);
    inside = post();
  }
  EXPECT_EQ(inside.get(), trace_.id_hex());
  EXPECT_EQ(post().get(), "") << "and the next one without";
}

struct Turns final : ExecutorObserver {
  void turn(std::string_view running, std::chrono::nanoseconds waited, std::chrono::nanoseconds took) override {
    const std::lock_guard lock(mutex);
    seen.push_back({std::string(running), waited, took});
  }
  struct Turn {
    std::string running;
    std::chrono::nanoseconds waited, took;
  };
  std::mutex mutex;
  std::vector<Turn> seen;
};

TEST(ExecutorTurns, WhoeverWaitsForItsTurnIsInTheQueue) {
  Turns turns;
  Executor executor([] {}, [] { return std::nullopt; }, &turns);
  std::promise<void> inside;
  std::promise<void> leave;
  {
    const ipc::MethodScope method("chat.mark_read");
    executor.post([&] {
      inside.set_value();
      leave.get_future().wait();
    });
  }
  inside.get_future().wait();
  EXPECT_GT(executor.busy_for(), std::chrono::nanoseconds(0));
  StageTotals totals;
  auto second = std::async(std::launch::async, [&] {
    const StageScope scope(totals);
    const ipc::MethodScope method("chat.send_message");
    executor.run([] {});
  });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  leave.set_value();
  second.get();
  executor.stop();
  EXPECT_GE(totals.of(Stage::queue), 2'000'000U) << "it began at some time of the twenty";
  ASSERT_EQ(turns.seen.size(), 2U);
  const auto& first = turns.seen[0].running == "chat.mark_read" ? turns.seen[0] : turns.seen[1];
  const auto& other = turns.seen[0].running == "chat.mark_read" ? turns.seen[1] : turns.seen[0];
  EXPECT_EQ(first.running, "chat.mark_read");
  EXPECT_GE(first.took, std::chrono::milliseconds(15));
  EXPECT_EQ(other.running, "chat.send_message");
  EXPECT_GE(other.waited, std::chrono::milliseconds(2));
  EXPECT_EQ(executor.busy_for(), std::chrono::nanoseconds(0));
}

}  // namespace
}  // namespace status::host
