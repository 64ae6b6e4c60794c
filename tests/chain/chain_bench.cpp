// chain_bench [--json]: how many balances a second a front end gets from a node on this machine, each with a proof of
// its own that was checked: a hundred accounts at thirty blocks.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "ipc/base/codec.h"
#include "services/chain/api.h"
#include "tests/bench/figures.h"
#include "tests/chain/anvil.h"
#include "tests/support/process_node.h"

namespace status::bench {
namespace {

using test::Anvil;
using test::ProcessNode;

constexpr std::uint64_t kAccounts = 100;
constexpr std::uint64_t kBlocks = 30;
constexpr unsigned kCallers = 32;
constexpr double kTarget = 1'000;

std::string account(std::uint64_t i) {
  std::string digits = std::to_string(i);
  return "0x1" + std::string(39 - digits.size(), '0') + digits;
}

class ChainBench {
 public:
  Result<std::vector<Figure>> run() {
    for (std::uint64_t i = 0; i < kAccounts; ++i) anvil_.rpc("anvil_setBalance", {account(i), "0xde0b6b3a7640000"});
    anvil_.mine(kBlocks);
    if (Status started = node_.start(); !started) return fail(started.error());
    if (!node_.events().wait_for(test::EventLog::topic("chain.head"), test::kPatience)) {
      return fail(Code::internal, "bench.no_head", "the module has found no block");
    }
    if (Status known = meet_blocks(); !known) return fail(known.error());
    const double raw = node_alone();
    const Result<double> rate = ask_all();
    if (!rate) return fail(rate.error());
    if (Status stopped = node_.stop(); !stopped) return fail(stopped.error());
    return std::vector<Figure>{shown("proofs from the node itself, 100 in a request", "1/s", raw),
                               {.name = "chain.balance of a hundred accounts at thirty blocks, proven",
                                .unit = "1/s",
                                .value = *rate,
                                .target = kTarget,
                                .at_least = true}};
  }

  std::string report() { return node_.report(); }

 private:
  // The module has seen every block.
  Status meet_blocks() {
    for (std::uint64_t number = kBlocks + 1; number > 1; --number) {
      const auto balance = ask(kAccounts, number);
      if (!balance) return fail(balance.error());
    }
    return {};
  }

  Result<chain::Balance::Reply> ask(std::uint64_t i, std::uint64_t number) {
    chain::Balance::Request request;
    request.address.bytes = *from_hex(account(i));
    request.number = number;
    return node_.front().call<chain::Balance>("chain", request);
  }

  double node_alone() const {
    std::vector<Value::Array> params;
    for (std::uint64_t i = 0; i < kAccounts; ++i) params.push_back({account(i), Value::Array{}, "0x2"});
    const auto begin = Clock::now();
    constexpr int kTimes = 10;
    for (int i = 0; i < kTimes; ++i) anvil_.rpc_all("eth_getProof", params);
    return 1'000 * kTimes * static_cast<double>(kAccounts) / ms_since(begin);
  }

  Result<double> ask_all() {
    std::atomic<std::uint64_t> next = 0;
    std::atomic<std::uint64_t> wrong = 0;
    const auto begin = Clock::now();
    std::vector<std::thread> callers;
    for (unsigned i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        for (std::uint64_t n = next++; n < kAccounts * kBlocks; n = next++) {
          const auto balance = ask(n % kAccounts, 2 + n / kAccounts);
          const bool right = balance && balance->verified == "full" && balance->balance == "0xde0b6b3a7640000";
          if (!right) ++wrong;
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    const double seconds = ms_since(begin) / 1'000;
    if (wrong != 0)
      return fail(Code::internal, "bench.wrong", std::to_string(wrong) + " answers were not as they should be");
    return static_cast<double>(kAccounts * kBlocks) / seconds;
  }

  Anvil anvil_;
  ProcessNode node_{{.settings = {"modules=[\"chain\"]", "chain.network=anvil",
                                  "chain.endpoints=[\"" + anvil_.url() + "\",\"" + anvil_.twin_url() + "\"]"},
                     .arguments = {}}};
};

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  status::bench::ChainBench bench;
  const auto figures = bench.run();
  if (!figures) {
    std::fprintf(stderr, "%s\n%s\n", bench.report().c_str(), figures.error().describe().c_str());
    return 2;
  }
  return status::bench::print(*figures, argc > 1 && std::strcmp(argv[1], "--json") == 0) ? 0 : 1;
}
