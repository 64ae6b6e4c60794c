// restart_bench [--rounds N] [--proof DIRECTORY]: the same idle child under statusd and under the supervisors that
// Debian has, side by side in one run: kill -9 → the new process is in main(). The floor is posix_spawn and a pidfd.
//
// Rounds of all of them take turns, so that what disturbs the machine disturbs all. A child is killed once the machine
// is idle again: what its supervisor does after a start (statusd writes the record of the death before it) is over
// then. That of the others has to live for a second: s6 and runit delay what dies sooner, supervisord gives it up.
#include <algorithm>
#include <cstdio>
#include <thread>

#include "tests/bench/contenders.h"
#include "tests/proof/proof.h"

namespace {

using namespace status;
using namespace status::bench;

struct Lane {
  std::string name;
  std::unique_ptr<Contender> contender;
  int kills_a_round;
  double life_ms;
};

void let_live(const Lane& lane) {
  const double missing = lane.life_ms - lane.contender->age_ms();
  if (missing > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(missing));
}

// Error: what did not work.
Status run(proof::Proof& proof, std::vector<Lane>& lanes) {
  for (Lane& lane : lanes) {
    if (Status begun = lane.contender->begin(); !begun) return begun;
  }
  while (proof.left() > 0 && proof.has_time()) {
    for (Lane& lane : lanes) {
      for (int i = 0; i < lane.kills_a_round; ++i) {
        let_live(lane);
        const Result<double> took = lane.contender->kill();
        if (!took) return fail(took.error());
        proof.collect(lane.name, {*took});
      }
    }
    proof.advance(1);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  proof::Proof proof("restart_bench", "rounds", 100);
  if (const auto leave = proof.begin(argc, argv)) return *leave;
  std::vector<Lane> lanes;
  lanes.push_back({"posix_spawn + pidfd", bare_spawn(), 10, 50});
  lanes.push_back({"statusd", statusd(), 10, 50});
  lanes.push_back({"s6-supervise", s6(), 1, 1'100});
  lanes.push_back({"runsv", runit(), 1, 1'100});
  lanes.push_back({"supervisord", supervisord(), 1, 1'100});
  if (Status done = run(proof, lanes); !done) {
    std::fprintf(stderr, "restart_bench: %s\n", done.error().describe().c_str());
    return proof::Proof::kUsage;
  }
  const auto of = [&](const Lane& lane, double share) { return percentile(proof.collected(lane.name), share); };
  std::vector<Figure> figures;
  for (const Lane& lane : lanes) {
    figures.push_back(shown("kill -9 → new process running, " + lane.name + ", p50", "ms", of(lane, 0.5)));
    figures.push_back(shown("kill -9 → new process running, " + lane.name + ", p99", "ms", of(lane, 0.99)));
  }
  const Floor floor{of(lanes[0], 0.99), lanes[0].name};
  figures.push_back({"statusd, p99", "ms", of(lanes[1], 0.99), 5, floor});
  figures.push_back({"statusd, p99 ÷ " + floor.name, "", of(lanes[1], 0.99) / floor.value, 2});
  return proof.finish(figures);
}
