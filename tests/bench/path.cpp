#include "tests/bench/path.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "tests/bench/figures.h"

namespace status::bench {
namespace {

constexpr int kWarmUp = 200;

std::vector<double> latencies(Path& path, ByteView payload, int calls) {
  std::vector<double> took;
  took.reserve(static_cast<std::size_t>(calls));
  std::mutex mutex;
  std::condition_variable changed;
  for (int i = 0; i < calls; ++i) {
    bool done = false;
    const auto begin = std::chrono::steady_clock::now();
    path.start(payload, [&] {
      std::lock_guard lock(mutex);
      done = true;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
    took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  }
  return took;
}

}  // namespace

double Path::rate(ByteView payload, int calls, int in_flight) {
  std::atomic<int> left = calls;
  std::atomic<int> running = in_flight;
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> next = [&] {
    if (left.fetch_sub(1) > 0) {
      start(payload, next);
    } else if (running.fetch_sub(1) == 1) {
      std::lock_guard lock(mutex);
      changed.notify_one();
    }
  };
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < in_flight; ++i) next();
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return running == 0; });
  return calls / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Sample measure(Path& path, std::size_t payload_bytes) {
  const Bytes payload(payload_bytes, 0x5a);
  const int calls = payload_bytes > 4'096 ? 1'000 : 3'000;
  latencies(path, payload, kWarmUp);
  const std::vector<double> took = latencies(path, payload, calls);
  return {percentile(took, 0.5), percentile(took, 0.99), path.rate(payload, calls * 5, kInFlight)};
}

}  // namespace status::bench
