// ipc_bench [--json]: what a call costs, side by side in one run, every end in a process of its own: a raw socket, NNG
// over one and two hops as Debian ships it, and front end → gateway → module → back with policy and metrics on. Targets
// are ratios to the bare two hops at 1 KiB, each taken within a round: from one second to the next the rate of either
// moves by a half with where the scheduler puts the threads, and the median of many pairs does not.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "ipc/base/codec.h"
#include "tests/bench/bare_process.h"
#include "tests/bench/figures.h"
#include "tests/bench/path.h"
#include "tests/support/process_node.h"

namespace status::bench {
namespace {

constexpr std::size_t kSizes[] = {64, 1'024, 65'536};
constexpr std::size_t kJudgedSize = 1'024;
constexpr int kRounds = 5;
constexpr int kJudgedRounds = 21;

class FrontDoorPath final : public Path {
 public:
  explicit FrontDoorPath(test::FrontDoor& front) : client_(front.client()) { request_.method = "echo.say"; }
  // The bare paths encode nothing: neither is it measured here.
  void start(ByteView payload, std::function<void()> done) override {
    {
      const std::lock_guard lock(mutex_);
      if (payload.size() != payload_bytes_) {
        payload_bytes_ = payload.size();
        request_.params = encode_msgpack(Value::map({{"data", to_bytes(payload)}}));
      }
    }
    client_.call(request_, [done = std::move(done)](Result<ipc::Response> response) {
      if (!response) {
        std::fprintf(stderr, "ipc_bench: %s\n", response.error().describe().c_str());
        std::abort();
      }
      done();
    });
  }

 private:
  ipc::Client& client_;
  std::mutex mutex_;
  std::size_t payload_bytes_ = 0;
  ipc::Request request_;  // written before the first call of a size
};

struct Contender {
  const char* name;
  std::function<Sample(std::size_t payload_bytes)> measure;
};

using Rounds = std::vector<Sample>;

Sample median(const Rounds& rounds) {
  const auto of = [&](double Sample::*member) {
    std::vector<double> values;
    for (const Sample& sample : rounds) values.push_back(sample.*member);
    return percentile(std::move(values), 0.5);
  };
  return {of(&Sample::p50_us), of(&Sample::p99_us), of(&Sample::rate)};
}

// In the order of the contenders. Rounds of all of them take turns, so that what disturbs the machine disturbs all.
std::vector<Rounds> compare(const std::vector<Contender>& contenders, std::size_t payload_bytes) {
  std::vector<Rounds> samples(contenders.size());
  const int rounds = payload_bytes == kJudgedSize ? kJudgedRounds : kRounds;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) samples[i].push_back(contenders[i].measure(payload_bytes));
  }
  return samples;
}

// What `mine` needs or does for one of `floor`.
Sample median_ratio(const Rounds& mine, const Rounds& floor) {
  Rounds ratios;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    ratios.push_back(
        {mine[i].p50_us / floor[i].p50_us, mine[i].p99_us / floor[i].p99_us, mine[i].rate / floor[i].rate});
  }
  return median(ratios);
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
  const BareProcess socket_server("socket", {dir / "raw.sock"});
  const BareProcess nng_server("nng", {one});
  const BareProcess device("device", {two, one});
  BareProcess raw("call-socket", {dir / "raw.sock"});
  BareProcess hop1("call-nng", {one});
  BareProcess hop2("call-nng", {two});
  FrontDoorPath ours(node.front());
  const std::vector<Contender> contenders = {
      {"raw AF_UNIX", [&](std::size_t bytes) { return raw.measure(bytes); }},
      {"bare NNG, one hop", [&](std::size_t bytes) { return hop1.measure(bytes); }},
      {"bare NNG, two hops (nng_device)", [&](std::size_t bytes) { return hop2.measure(bytes); }},
      {"front end, gateway, module", [&](std::size_t bytes) { return measure(ours, bytes); }}};

  Value::Map sizes;
  std::vector<Target> targets;
  for (const std::size_t size : kSizes) {
    const std::vector<Rounds> samples = compare(contenders, size);
    if (!json) std::printf("%zu bytes%30s %10s %10s %14s\n", size, "", "p50 us", "p99 us", "calls/s (64)");
    Value::Map row;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const auto [p50, p99, rate] = median(samples[i]);
      if (!json) std::printf("  %-34s %10.1f %10.1f %14.0f\n", contenders[i].name, p50, p99, rate);
      row.emplace_back(contenders[i].name, Value::map({{"p50_us", p50}, {"p99_us", p99}, {"rate", rate}}));
    }
    sizes.emplace_back(std::to_string(size), Value(std::move(row)));
    if (size != kJudgedSize) continue;
    const Sample ratio = median_ratio(samples[3], samples[2]);
    targets = {{"p50", ratio.p50_us, 1.25, ratio.p50_us <= 1.25},
               {"p99", ratio.p99_us, 1.5, ratio.p99_us <= 1.5},
               {"throughput", ratio.rate, 0.8, ratio.rate >= 0.8}};
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
  const int code = status::bench::bench(argc > 1 && std::string_view(argv[1]) == "--json");
  std::fflush(stdout);
  ::_exit(code);
}
