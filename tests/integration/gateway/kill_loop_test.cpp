// kill -9 over the gateway and two echo modules, under load, with a random but printed seed (STATUS_SEED repeats it).
//
// While one process is away, calls to the other module do not fail, and what the merged stream says stays one sequence
// without gaps, repetitions or other orders, for front ends that hold on to their cursor.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

constexpr int kKills = 60;

// Calls one module as fast as it answers.
class Load {
 public:
  Load(ProcessNode& node, std::string module)
      : front_(node.open_front()), module_(std::move(module)), thread_([this] { run(); }) {}
  ~Load() { finish(); }
  void finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // From now on failures do not count, until `excuse(false)` and the next success.
  void excuse(bool on) {
    const std::lock_guard lock(mutex_);
    excused_ = on;
    recovering_ = true;
  }
  bool recovered(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      {
        const std::lock_guard lock(mutex_);
        if (!recovering_) return true;
      }
      std::this_thread::yield();
    }
    return false;
  }
  std::uint64_t answers() const { return answers_; }
  std::vector<std::string> failures() {
    const std::lock_guard lock(mutex_);
    return failures_;
  }
  std::chrono::milliseconds slowest() const { return slowest_; }

 private:
  void run() {
    while (!stop_) {
      const auto begin = std::chrono::steady_clock::now();
      const Result<Value> reply = front_->call(module_ + ".say", Value::map({{"text", "load"}}));
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
      const std::lock_guard lock(mutex_);
      slowest_ = std::max(slowest_.load(), took);
      if (reply) {
        ++answers_;
        if (!excused_) recovering_ = false;
      } else if (!excused_ && !recovering_) {
        failures_.push_back(reply.error().describe());
      } else if (reply.error().code != Code::unavailable) {
        failures_.push_back("not UNAVAILABLE: " + reply.error().describe());
      }
    }
  }

  std::unique_ptr<FrontDoor> front_;
  const std::string module_;
  std::mutex mutex_;
  bool excused_ = false;
  bool recovering_ = false;
  std::vector<std::string> failures_;
  std::atomic<std::uint64_t> answers_{0};
  std::atomic<std::chrono::milliseconds> slowest_{0ms};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::uint64_t seed() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in a test program changes the environment
  const char* given = std::getenv("STATUS_SEED");
  return given == nullptr ? std::random_device{}() : std::strtoull(given, nullptr, 10);
}

// Sequence numbers without a gap; in each incarnation of a module its own numbers from 1 on without one.
void check_stream(EventLog& log) {
  std::uint64_t last_seq = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> last;  // by topic: generation, n
  std::size_t said = 0;
  for (const EventLog::Event& event : log.all([](const EventLog::Event&) { return true; })) {
    ASSERT_EQ(event.seq, last_seq + 1) << event.topic;
    last_seq = event.seq;
    if (!event.topic.ends_with(".said")) continue;
    ++said;
    auto& [generation, n] = last[event.topic];
    const std::uint64_t now = event.data.uint_or("n", 0);
    if (event.generation == generation) {
      ASSERT_EQ(now, n + 1) << event.topic << " in generation " << generation << ", seq " << event.seq;
    } else {
      ASSERT_GT(event.generation, generation) << event.topic;
      ASSERT_EQ(now, 1U) << event.topic << ": the first of generation " << event.generation;
    }
    generation = event.generation;
    n = now;
  }
  std::cout << last_seq << " events, " << said << " of the modules\n";
  EXPECT_GT(said, 100U);
}

TEST(KillLoop, NobodyNoticesTheDeathOfAnotherAndTheStreamStaysWhole) {
  const std::uint64_t used = seed();
  std::cout << "STATUS_SEED=" << used << "; restart.backoff_ms=0 restart.budget=0 for this loop\n";
  std::mt19937_64 random(used);
  EchoNode node;
  const Status started = node.start();
  ASSERT_TRUE(started) << started.error().describe();
  Load at_a(*node, "echo_a");
  Load at_b(*node, "echo_b");
  const std::map<std::string, std::vector<Load*>> victims = {
      {"gateway", {&at_a, &at_b}}, {"echo_a", {&at_a}}, {"echo_b", {&at_b}}};
  std::chrono::milliseconds worst = 0ms;
  for (int i = 0; i < kKills; ++i) {
    const auto& [name, loads] = *std::next(victims.begin(), static_cast<long>(random() % victims.size()));
    for (Load* load : loads) load->excuse(true);
    const auto begin = std::chrono::steady_clock::now();
    const Result<Row> before = node->kill(name);
    ASSERT_TRUE(before) << before.error().describe();
    const Status back = node->await_ready(name, before->generation);
    ASSERT_TRUE(back) << "kill " << i << " of " << name << ": " << back.error().describe();
    worst = std::max(worst,
                     std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
    for (Load* load : loads) load->excuse(false);
    for (Load* load : loads) ASSERT_TRUE(load->recovered(kPatience)) << "after kill " << i << " of " << name;
  }
  at_a.finish();
  at_b.finish();
  std::cout << kKills << " kills, " << at_a.answers() + at_b.answers() << " calls answered; kill → ready at worst "
            << worst.count() << " ms; slowest call " << std::max(at_a.slowest(), at_b.slowest()).count() << " ms\n";
  EXPECT_EQ(at_a.failures(), std::vector<std::string>{});
  EXPECT_EQ(at_b.failures(), std::vector<std::string>{});
  EXPECT_EQ(node->events().lagged(), 0U);
  EXPECT_EQ(node->events().resets(), 0U);
  check_stream(node->events());
  EXPECT_EQ(node->strays(), std::vector<std::string>{});
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
