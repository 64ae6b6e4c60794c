// lifeline_bench [--rounds N] [--proof DIRECTORY]: SIGKILL of statusd → all of its modules are gone, in every round.
#include <cstdio>

#include "tests/proof/proof.h"
#include "tests/support/lifeline.h"

int main(int argc, char** argv) {
  using namespace status;
  constexpr double kLimitMs = 100;
  proof::Proof proof("lifeline", "rounds", 1'000);
  if (const auto leave = proof.begin(argc, argv)) return *leave;
  while (proof.left() > 0 && proof.has_time()) {
    const Result<double> took = test::kill_statusd_and_await_its_modules();
    if (!took) {
      std::fprintf(stderr, "lifeline_bench: %s\n", took.error().describe().c_str());
      return proof::Proof::kUsage;
    }
    proof.collect("gone_ms", {*took});
    proof.count("in time", *took <= kLimitMs ? 1 : 0);
    proof.advance(1);
  }
  const std::vector<double>& gone = proof.collected("gone_ms");
  return proof.finish({bench::shown("SIGKILL of statusd → all modules gone, p50", "ms", bench::percentile(gone, 0.5)),
                       {"SIGKILL of statusd → all modules gone, worst", "ms", bench::percentile(gone, 1), kLimitMs},
                       {.name = "rounds in which it was",
                        .unit = "",
                        .value = static_cast<double>(proof.counted("in time")),
                        .target = static_cast<double>(gone.size()),
                        .at_least = true}});
}
