// metrics_bench [--json]: the processor time that recording one call takes, at its caller and at its callee, and that of
// one step of a message; with a flight recorder, as in a node.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "ipc/base/unique_fd.h"
#include "metrics/custody.h"
#include "metrics/rpc_instruments.h"
#include "tests/bench/figures.h"

namespace status::bench {
namespace {

constexpr int kBatches = 200;
constexpr int kCalls = 1'000;

// The median batch, per call.
template <class Record>
double nanoseconds(Record record) {
  std::vector<double> took;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto begin = Clock::now();
    for (int i = 0; i < kCalls; ++i) record();
    took.push_back(ms_since(begin) * 1e6 / kCalls);
  }
  return percentile(took, 0.5);
}

std::vector<Figure> run() {
  metrics::Registry registry;
  metrics::RpcInstruments rpc(registry, "chat");
  const UniqueFd file(::memfd_create("flight", MFD_CLOEXEC));
  if (::ftruncate(file.get(), 1 << 20) != 0) std::abort();
  const auto recorder = std::move(*metrics::flight::Recorder::map(file.get()));
  rpc.keep_flights(*recorder);
  metrics::CustodyLog custody(registry, "chat");
  custody.keep_flights(*recorder);
  const std::array<std::uint8_t, 32> hash{1};
  ipc::FinishedRequest request;
  request.target = "waku";
  request.method = "waku.send";
  request.total_ns = 1'500'000;
  request.reply_ns = 40'000;
  ipc::FinishedCall call;
  call.method = "chat.send_message";
  call.caller = "gateway";
  call.stages = {.queue_ns = 1'000, .handler_ns = 2'000, .persist_ns = 3'000};
  call.send_ns = 4'000;
  const metrics::Counter counter = registry.counter("bench_total", "A counter.", {});
  const Floor floor{nanoseconds([&] { counter.add(); }), "one counter"};
  return {{"a call at its caller", "ns", nanoseconds([&] { rpc.finished(request); }), 1'000, floor},
          {"a call at its callee", "ns", nanoseconds([&] { rpc.finished(call); }), 1'000, floor},
          {"a step of a message", "ns", nanoseconds([&] { custody.note(metrics::Step::stored, {.hash = hash}); }),
           1'000, floor}};
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  return status::bench::print(status::bench::run(), argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
