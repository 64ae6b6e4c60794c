// storage_bench [--json]: 1 GiB into the storage module and out of it, beside what the machine needs for hashing and for
// copying it; a small call meanwhile; and the memory of the process.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ipc/base/random.h"
#include "tests/bench/figures.h"
#include "tests/support/child_process.h"
#include "tests/support/process_node.h"
#include "tests/support/statusctl.h"
#include "tests/support/temp_dir.h"

namespace status::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBytes = 1U << 30U;
constexpr double kShare = 0.4;  // of the slower of the machine's own two
constexpr double kMemoryMiB = 64;
constexpr double kSlowdown = 2;  // of a small call's p99
constexpr auto kPatience = 10min;

class StorageBench {
 public:
  Result<std::vector<Figure>> run() {
    if (Status made = make_file(); !made) return fail(made.error());
    if (Status started = node_.start(); !started) return fail(started.error());
    const double idle = percentile(small_calls([calls = 0]() mutable { return ++calls > 2'000; }), 0.99);
    const Result<double> hash = mib_per_second({"/usr/bin/openssl", "dgst", "-sha256", source_});
    if (!hash) return fail(hash.error());
    const Result<double> copy =
        mib_per_second({"/bin/dd", "if=" + source_, "of=" + (place_ / "copy"), "bs=1M", "conv=fsync"});
    if (!copy) return fail(copy.error());
    std::filesystem::remove(place_ / "copy");
    const double floor = std::min(*hash, *copy);
    const double before = memory_mib();

    std::string cid;
    const Result<double> put = beside_small_calls([&] {
      const test::Outcome outcome = ctl({"put", source_});
      cid = outcome.json().string_or("cid", "");
      return outcome;
    });
    if (!put) return fail(put.error());
    const Result<double> get = beside_small_calls([&] { return ctl({"get", cid, "-o", place_ / "back"}); });
    if (!get) return fail(get.error());
    const double peak = memory_mib();
    if (!same_files()) return fail(Code::data_loss, "bench.differs", "what came back is not what was put");
    if (Status stopped = node_.stop(); !stopped) return fail(stopped.error());
    const double p99 = percentile(beside_, 0.99);
    return std::vector<Figure>{shown("openssl dgst -sha256", "MiB/s", *hash),
                               shown("dd conv=fsync", "MiB/s", *copy),
                               {"put of 1 GiB, over the slower of the two", "", *put / floor, kShare, {}, true},
                               {"get of 1 GiB, over the slower of the two", "", *get / floor, kShare, {}, true},
                               shown("put", "MiB/s", *put),
                               shown("get", "MiB/s", *get),
                               shown("a small call without a transfer, p99", "ms", idle),
                               {"the same beside one, over that", "", p99 / idle, kSlowdown},
                               shown("resident memory of the module before", "MiB", before),
                               {"its highest since, less that", "MiB", peak - before, kMemoryMiB}};
  }

  std::string report() { return node_.report(); }

 private:
  Status make_file() {
    std::ofstream out(source_, std::ios::binary);
    SeededRandom random(1);
    Bytes chunk(1U << 20U);
    for (std::size_t at = 0; at < kBytes; at += chunk.size()) {
      const std::uint64_t mark = random.next64();
      if (at == 0) random.fill(chunk);
      std::memcpy(chunk.data(), &mark, sizeof mark);
      out.write(reinterpret_cast<const char*>(chunk.data()), static_cast<std::streamsize>(chunk.size()));
    }
    out.flush();
    return out ? Status() : Status(fail(Code::internal, "bench.no_file", "cannot write " + source_));
  }

  static Result<double> mib_per_second(std::vector<std::string> words) {
    const auto begin = Clock::now();
    test::ChildProcess child(std::move(words));
    if (child.wait(kPatience) != 0) return fail(Code::internal, "bench.program", child.read_all());
    return static_cast<double>(kBytes >> 20U) * 1e3 / ms_since(begin);
  }

  test::Outcome ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {test::binary("statusctl"), "--data-dir", node_.data_dir(), "storage"});
    test::ChildProcess program(words, {}, test::ChildProcess::Errors::apart);
    const std::optional<int> code = program.wait(kPatience);
    return {code.value_or(-1), program.read_all(), program.errors()};
  }

  template <class Enough>
  std::vector<double> small_calls(Enough enough) {
    std::vector<double> took;
    while (!enough()) {
      const auto begin = Clock::now();
      if (!node_.front().call("storage.exists", Value::map({{"cid", storage_cid_}}))) continue;
      took.push_back(ms_since(begin));
    }
    return took;
  }

  template <class Move>
  Result<double> beside_small_calls(Move move) {
    std::atomic<bool> over = false;
    std::thread calling([&] {
      const std::vector<double> took = small_calls([&] { return over.load(); });
      beside_.insert(beside_.end(), took.begin(), took.end());
    });
    const auto begin = Clock::now();
    const test::Outcome outcome = move();
    const double ms = ms_since(begin);
    over = true;
    calling.join();
    if (outcome.code != 0) return fail(Code::internal, "bench.statusctl", outcome.errors);
    return static_cast<double>(kBytes >> 20U) * 1e3 / ms;
  }

  // The most that the process had at once.
  double memory_mib() {
    const auto row = node_.row("storage");
    const std::string status = test::read_file("/proc/" + std::to_string(row ? row->pid : 0) + "/status");
    const std::size_t at = status.find("VmHWM:");
    return at == std::string::npos ? 1e9 : std::stod(status.substr(at + 6)) / 1'024;
  }

  bool same_files() {
    test::ChildProcess compare({"/usr/bin/cmp", source_, place_ / "back"});
    return compare.wait(kPatience) == 0;
  }

  test::ProcessNode node_;
  test::TempDir place_;
  const std::string source_ = place_ / "source";
  const std::string storage_cid_ = "zDvZRwzmAZMxY7KEZyfyAHdXgTujdzPMVxo8GeEqWULkSRhCq7Xn";  // of nothing that is here
  std::vector<double> beside_;
};

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  status::bench::StorageBench bench;
  const auto figures = bench.run();
  if (!figures) {
    std::fprintf(stderr, "%s\n%s\n", bench.report().c_str(), figures.error().describe().c_str());
    return 2;
  }
  return status::bench::print(*figures, argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
