// ipc_bench [--json]: what a call costs, side by side in one run, every end in a process of its own: a raw socket, NNG
// over one and two hops, and front end → gateway → module → back with policy and metrics on. Targets are ratios to the
// bare two hops at 1 KiB.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "ipc/base/codec.h"
#include "tests/bench/bare_paths.h"
#include "tests/bench/figures.h"
#include "tests/support/process_node.h"

namespace status::bench {
namespace {

constexpr std::size_t kSizes[] = {64, 1'024, 65'536};
constexpr int kRounds = 5;
constexpr int kInFlight = 64;

struct Sample {
  double p50_us = 0;
  double p99_us = 0;
  double rate = 0;  // calls a second with 64 in flight
};

class FrontDoorPath final : public Path {
 public:
  explicit FrontDoorPath(test::FrontDoor& front) : client_(front.client()) {}
  const char* name() const override { return "front end, gateway, module"; }
  void start(ByteView payload, std::function<void()> done) override {
    ipc::Request request;
    request.method = "echo.say";
    request.params = encode_msgpack(Value::map({{"data", to_bytes(payload)}}));
    client_.call(request, [done = std::move(done)](Result<ipc::Response> response) {
      if (!response) {
        std::fprintf(stderr, "ipc_bench: %s\n", response.error().describe().c_str());
        std::abort();
      }
      done();
    });
  }

 private:
  ipc::Client& client_;
};

// One call at a time.
std::vector<double> latencies(Path& path, ByteView payload, int calls) {
  std::vector<double> took;
  took.reserve(static_cast<std::size_t>(calls));
  std::mutex mutex;
  std::condition_variable changed;
  for (int i = 0; i < calls; ++i) {
    bool done = false;
    const auto begin = Clock::now();
    path.start(payload, [&] {
      std::lock_guard lock(mutex);
      done = true;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return took;
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

// Rounds of all paths take turns, so that what disturbs the machine disturbs all of them.
std::map<std::string, Sample> measure(const std::vector<Path*>& paths, std::size_t size) {
  const Bytes payload(size, 0x5a);
  const int calls = size > 4'096 ? 1'000 : 3'000;
  std::map<std::string, std::vector<Sample>> rounds;
  for (int round = 0; round < kRounds; ++round) {
    for (Path* path : paths) {
      latencies(*path, payload, 200);  // warm
      const std::vector<double> took = latencies(*path, payload, calls);
      rounds[path->name()].push_back(
          {percentile(took, 0.5), percentile(took, 0.99), path->rate(payload, calls * 5, kInFlight)});
    }
  }
  std::map<std::string, Sample> result;
  for (const auto& [name, samples] : rounds) {
    const auto of = [&](double Sample::*member) {
      std::vector<double> values;
      for (const Sample& sample : samples) values.push_back(sample.*member);
      return median(values);
    };
    result[name] = {of(&Sample::p50_us), of(&Sample::p99_us), of(&Sample::rate)};
  }
  return result;
}

struct Target {
  const char* name;
  double ratio;
  double limit;
  bool met;
};

int bench(bool json) {
  test::TempDir dir;
  test::ProcessNode node({.settings = {"modules=[]"}});
  test::write_file(node.data_dir() + "/modules.d/echo/module.toml",
                   "name = \"echo\"\nexecutable = \"" + test::binary("echo-module") +
                       "\"\ninterface = \"1.0\"\n[owner]\nteam = \"bench\"\ncontact = \"bench@status.example\"\n");
  if (Status started = node.start(); !started) {
    std::fprintf(stderr, "%s\n%s", started.error().describe().c_str(), node.report().c_str());
    return 2;
  }
  const std::string one = "ipc://" + (dir / "one.sock");
  const std::string two = "ipc://" + (dir / "two.sock");
  const Role socket_role("socket", {dir / "raw.sock"});
  const Role nng_role("nng", {one});
  const Role device_role("device", {two, one});
  const auto raw = raw_socket(dir / "raw.sock");
  const auto hop1 = bare_nng(one, 1);
  const auto hop2 = bare_nng(two, 2);
  FrontDoorPath ours(node.front());
  const std::vector<Path*> paths = {raw.get(), hop1.get(), hop2.get(), &ours};

  Value::Map sizes;
  std::vector<Target> targets;
  for (const std::size_t size : kSizes) {
    const std::map<std::string, Sample> samples = measure(paths, size);
    if (!json) std::printf("%zu bytes%30s %10s %10s %14s\n", size, "", "p50 us", "p99 us", "calls/s (64)");
    Value::Map row;
    for (const Path* path : paths) {
      const Sample& sample = samples.at(path->name());
      if (!json) std::printf("  %-34s %10.1f %10.1f %14.0f\n", path->name(), sample.p50_us, sample.p99_us, sample.rate);
      row.emplace_back(path->name(),
                       Value::map({{"p50_us", sample.p50_us}, {"p99_us", sample.p99_us}, {"rate", sample.rate}}));
    }
    sizes.emplace_back(std::to_string(size), Value(std::move(row)));
    if (size != 1'024) continue;
    const Sample& floor = samples.at(hop2->name());
    const Sample& mine = samples.at(ours.name());
    targets = {{"p50", mine.p50_us / floor.p50_us, 1.25, mine.p50_us <= 1.25 * floor.p50_us},
               {"p99", mine.p99_us / floor.p99_us, 1.5, mine.p99_us <= 1.5 * floor.p99_us},
               {"throughput", mine.rate / floor.rate, 0.8, mine.rate >= 0.8 * floor.rate}};
  }
  const bool all = std::ranges::all_of(targets, &Target::met);
  if (json) {
    Value ratios{Value::Map{}};
    for (const Target& target : targets) ratios.set(target.name, target.ratio);
    std::puts(to_json(Value::map({{"ratios", ratios}, {"sizes", Value(std::move(sizes))}, {"pass", all}})).c_str());
  } else {
    for (const Target& target : targets) {
      std::printf("%-10s %.2f x the bare two hops at 1 KiB, target %s %.2f: %s\n", target.name, target.ratio,
                  std::strcmp(target.name, "throughput") == 0 ? ">=" : "<=", target.limit,
                  target.met ? "met" : "MISSED");
    }
    std::puts(all ? "PASS" : "FAIL");
  }
  if (Status stopped = node.stop(); !stopped) std::fprintf(stderr, "%s\n", stopped.error().describe().c_str());
  return all ? 0 : 1;
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 2 && words[0] == "--role")
    return status::bench::run_role(words[1], {words.begin() + 2, words.end()});
  const int code = status::bench::bench(!words.empty() && words[0] == "--json");
  std::fflush(stdout);
  ::_exit(code);
}
