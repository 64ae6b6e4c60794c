// scrape_bench [--json]: what a scrape costs, and how long it takes while modules stand still.
//
// The first figures are the page of a made-up node with ten modules, and what the gateway keeps for its successor before
// it shows it, beside the least that such a page takes: its lines copied one by one, and what is kept as one block. The
// others are scrapes of a real node, one after the other, while modules are stopped (SIGSTOP, for less long than the
// supervisor takes for a hang) or killed; beside a request that is answered without a page.
#include <csignal>
#include <cstdio>
#include <cstring>

#include "ipc/base/codec.h"
#include "metrics/exposition.h"
#include "tests/bench/figures.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"

namespace status::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kModules = 10;
constexpr int kPages = 50;
constexpr auto kStill = 1s;

// Whose families: a module's own, or calls of others, which all modules have under the same names and which add up.
enum class Of : std::uint8_t { its_own, calls };

// As a module has them: half of the series are buckets of histograms.
metrics::Snapshot snapshot_of(int series, Of of) {
  constexpr int kBuckets = 12;
  const bool calls = of == Of::calls;
  metrics::Snapshot out;
  metrics::Family counters{
      calls ? "status_rpc_requests_total" : "bench_calls_total", "Calls.", metrics::Kind::counter, {}, {}};
  metrics::Family times{calls ? "status_rpc_duration_seconds" : "bench_seconds",
                        "Time.",
                        metrics::Kind::histogram,
                        std::vector<double>(kBuckets),
                        {}};
  for (int i = 0; i < kBuckets; ++i) times.bounds[static_cast<std::size_t>(i)] = 0.001 * (i + 1);
  for (int i = 0; i < series / 2; ++i) {
    metrics::Sample sample;
    sample.labels = {{"caller", "gateway"}, {"method", "module.method_" + std::to_string(i)}};
    if (calls) sample.labels.emplace_back("module", "keys");
    sample.value = i * 1'234.5;
    counters.samples.push_back(sample);
  }
  for (int i = 0; i < series / 2 / (kBuckets + 3); ++i) {
    metrics::Sample sample;
    sample.labels = {{"method", "module.method_" + std::to_string(i)}};
    if (calls) sample.labels.emplace_back("module", "keys");
    sample.count = 1'000;
    sample.sum = 1.5;
    for (int bucket = 0; bucket < kBuckets; ++bucket) sample.buckets.push_back(static_cast<std::uint64_t>(80 * bucket));
    times.samples.push_back(sample);
  }
  out.push_back(std::move(counters));
  out.push_back(std::move(times));
  return out;
}

double copy_ms(const std::string& page, const Bytes& kept) {
  const auto begin = Clock::now();
  std::string copied;
  for (std::string_view rest = page; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    copied.append(line);
    rest.remove_prefix(line.size());
  }
  const Bytes block = kept;
  if (copied.size() != page.size() || block.empty()) std::abort();
  return ms_since(begin);
}

// A page, the median in milliseconds.
Figure page_of(const std::string& name, int series, Of of, double target) {
  const auto now = std::chrono::steady_clock::now();
  metrics::Exposition exposition;
  for (int i = 0; i < kModules; ++i) {
    metrics::ModuleRow row;
    row.name = "module_" + std::to_string(i);
    row.state = "ready";
    row.generation = 1;
    exposition.set_row(row);
    exposition.update(row.name, 1, snapshot_of(series, of), now);
  }
  std::vector<double> took;
  std::vector<double> copying;
  for (int i = 0; i < kPages; ++i) {
    const auto begin = Clock::now();
    const Bytes kept = encode_msgpack(exposition.state());
    const std::string page = exposition.text(now);
    if (kept.empty() || page.empty()) std::abort();
    took.push_back(ms_since(begin));
    copying.push_back(copy_ms(page, kept));
  }
  return {"a page of 10 modules with " + name, "ms", percentile(took, 0.5), target,
          Floor{percentile(copying, 0.5), "its lines copied"}};
}

// The worst of all requests within that time, in milliseconds.
double worst(std::uint16_t port, const std::string& path, std::chrono::milliseconds time) {
  double out = 0;
  const auto until = Clock::now() + time;
  while (Clock::now() < until) {
    const auto begin = Clock::now();
    if (test::fetch(port, path).find(" 200 ") == std::string::npos) return -1;
    out = std::max(out, ms_since(begin));
  }
  return out;
}

std::vector<Figure> of_a_node() {
  const std::vector<std::string> modules{"keys", "storage", "waku", "chat"};
  test::ProcessNode node({.settings = test::without_backoff()});
  if (Status started = node.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().describe().c_str());
    std::exit(1);
  }
  const std::uint16_t port = test::metrics_port(node);
  const Floor floor{worst(port, "/healthz", kStill), "/healthz, the worst"};
  constexpr double kTarget = 50;
  std::vector<Figure> out{{"a scrape, the worst", "ms", worst(port, "/metrics", kStill), kTarget, floor}};
  const auto still = [&](const std::string& name, const std::vector<std::string>& which) {
    for (const std::string& module : which) (void)node.signal(module, SIGSTOP);
    out.push_back({"  while " + name + " is stopped", "ms", worst(port, "/metrics", kStill), kTarget, floor});
    for (const std::string& module : which) {
      if (const auto process = node.process_of(module)) process->signal(SIGCONT);
    }
    for (const std::string& module : modules) (void)node.await_ready(module);
  };
  for (const std::string& module : modules) still(module, {module});
  still("each of them", modules);
  for (const std::string& module : modules) {
    (void)node.kill(module);
    out.push_back(
        {"  while " + module + " comes back from SIGKILL", "ms", worst(port, "/metrics", kStill), kTarget, floor});
    (void)node.await_ready(module);
  }
  return out;
}

std::vector<Figure> run() {
  std::vector<Figure> out{page_of("300 series each", 300, Of::its_own, 10),
                          page_of("2,000 series each", 2'000, Of::its_own, 40),
                          page_of("2,000 each of calls, which add up", 2'000, Of::calls, 40)};
  for (Figure& figure : of_a_node()) out.push_back(std::move(figure));
  return out;
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  return status::bench::print(status::bench::run(), argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
