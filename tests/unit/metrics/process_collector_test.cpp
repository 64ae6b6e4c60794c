#include "metrics/process_collector.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <future>
#include <thread>

#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

TEST(ProcessCollector, SaysWhatThisProcessIs) {
  Snapshot snapshot;
  append_process_metrics(snapshot);
  EXPECT_EQ(snapshot.size(), 11U);
  const auto value = [&](const char* name) {
    const Sample* sample = find_sample(snapshot, name);
    return sample == nullptr ? -1e9 : sample->value;
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GT(value("process_heap_bytes"), 1 << 10);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GE(value("process_max_fds"), 3);
  EXPECT_GE(value("process_threads"), 1);
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(value("process_start_time_seconds"), now, 600);
}

TEST(ProcessCollector, CountsDescriptorsAndThreads) {
  const auto measure = [](const char* name) {
    Snapshot snapshot;
    append_process_metrics(snapshot);
    return find_sample(snapshot, name)->value;
  };
  std::thread([] {}).join();  // the first one may bring along a thread of the sanitizer's
  const double fds = measure("process_open_fds");
  const double threads = measure("process_threads");
  const int extra = ::dup(0);
  std::promise<void> done;
  std::thread waiting([&] { done.get_future().wait(); });
  EXPECT_EQ(measure("process_open_fds"), fds + 1);
  EXPECT_EQ(measure("process_threads"), threads + 1);
  ::close(extra);
  done.set_value();
  waiting.join();
}

TEST(ProcessCollector, LeavesOutWhatCannotBeRead) {
  Snapshot snapshot;
  append_process_metrics(snapshot, "/nowhere");
  EXPECT_EQ(find_family(snapshot, "process_cpu_seconds_total"), nullptr);
  EXPECT_EQ(find_family(snapshot, "process_open_fds"), nullptr);
  EXPECT_NE(find_family(snapshot, "process_max_fds"), nullptr);
}

}  // namespace
}  // namespace status::metrics
