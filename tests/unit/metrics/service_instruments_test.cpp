#include "metrics/service_instruments.h"

#include <gtest/gtest.h>

#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

using namespace std::chrono_literals;

TEST(ServiceInstruments, AStallIsCountedUnderWhatWasRunning) {
  Registry registry;
  ExecutorInstruments executor(registry);
  executor.turn("chat.send_message", 3ms, 10ms);
  executor.turn("chat.send_message", 0ms, 30ms);
  executor.turn("alarm", 0ms, 26ms);
  executor.set_load(4, 2s);
  const Snapshot snapshot = registry.collect();
  EXPECT_EQ(find_sample(snapshot, "status_executor_lag_seconds")->count, 3U);
  EXPECT_NEAR(find_sample(snapshot, "status_executor_lag_seconds")->sum, 0.003, 1e-9);
  EXPECT_EQ(find_sample(snapshot, "status_executor_stalls_total", {{"running", "chat.send_message"}})->value, 1);
  EXPECT_EQ(find_sample(snapshot, "status_executor_stalls_total", {{"running", "alarm"}})->value, 1);
  EXPECT_EQ(find_sample(snapshot, "status_executor_queue_depth")->value, 4);
  EXPECT_EQ(find_sample(snapshot, "status_executor_busy_seconds")->value, 2);
}

TEST(ServiceInstruments, ABackendsComputingAndWaitingAreApart) {
  Registry registry;
  BackendInstruments backend(registry);
  backend.call("send", true, 2ms, 8ms);
  backend.call("send", false, 1ms, 0ms);
  const Snapshot snapshot = registry.collect();
  EXPECT_EQ(find_sample(snapshot, "status_backend_calls_total", {{"function", "send"}, {"outcome", "ok"}})->value, 1);
  EXPECT_EQ(find_sample(snapshot, "status_backend_calls_total", {{"function", "send"}, {"outcome", "error"}})->value,
            1);
  EXPECT_NEAR(find_sample(snapshot, "status_backend_cpu_seconds_total", {{"function", "send"}})->value, 0.003, 1e-9);
  EXPECT_NEAR(find_sample(snapshot, "status_backend_wait_seconds_total", {{"function", "send"}})->value, 0.008, 1e-9);
}

TEST(ServiceInstruments, WhatIsWatchedGrowsByWhatWasAdded) {
  Registry registry;
  StreamLoad stream{.depth = 9, .lag = 2, .dropped = 4};
  TrafficLoad traffic{.received = 100, .sent = 10};
  watch_stream(registry, "messages", [&] { return stream; });
  watch_traffic(registry, [&] { return traffic; });
  registry.collect();
  stream = {.depth = 3, .lag = 0, .dropped = 6};
  traffic = {.received = 150, .sent = 10};
  const Snapshot snapshot = registry.collect();
  const Labels labels{{"stream", "messages"}};
  EXPECT_EQ(find_sample(snapshot, "status_stream_depth", labels)->value, 3);
  EXPECT_EQ(find_sample(snapshot, "status_stream_lag", labels)->value, 0);
  EXPECT_EQ(find_sample(snapshot, "status_stream_dropped_total", labels)->value, 6);
  EXPECT_EQ(find_sample(snapshot, "process_network_receive_bytes_total")->value, 150);
  EXPECT_EQ(find_sample(snapshot, "process_network_transmit_bytes_total")->value, 10);
}

}  // namespace
}  // namespace status::metrics
