// simulation [--schedules N] [--seed S] [--proof DIRECTORY]: the pure supervisor in virtual time, one schedule of
// random faults (tests/unit/supervisor/tree_world.h) for each seed from S on. PASS if no invariant breaks in any.
#include <cstdio>

#include "tests/proof/proof.h"
#include "tests/unit/supervisor/tree_world.h"

int main(int argc, char** argv) {
  using namespace status;
  proof::Proof proof("simulation", "schedules", 1'000'000);
  if (const auto leave = proof.begin(argc, argv)) return *leave;
  constexpr std::uint64_t kPiece = 10'000;
  while (proof.left() > 0 && proof.has_time() && proof.counted("broken") == 0) {
    const std::uint64_t first = proof.piece_seed();
    const std::uint64_t count = std::min(kPiece, proof.left());
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      const std::string broken = supervisor::TreeWorld(seed).run();
      if (broken.empty()) continue;
      std::printf("STATUS_SEED=%llu: %s\n", static_cast<unsigned long long>(seed), broken.c_str());
      proof.count("broken", 1);
    }
    proof.advance(count);
  }
  return proof.finish({bench::shown("schedules", "", static_cast<double>(proof.total() - proof.left())),
                       {"schedules that break an invariant", "", static_cast<double>(proof.counted("broken")), 0}});
}
