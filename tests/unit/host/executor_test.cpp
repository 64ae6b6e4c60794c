#include "services/host/executor.h"

#include <gtest/gtest.h>

#include <future>

#include "ipc/base/stage_clock.h"
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

}  // namespace
}  // namespace status::host
