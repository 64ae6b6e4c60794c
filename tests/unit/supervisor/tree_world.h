// The whole tree against a world of processes that crash, hang, start slowly, refuse to stop and are commanded at
// random, in virtual time. The world keeps its own books, so that the tree is not held against itself.
//
// Invariants: at most one incarnation of a module; nothing starts before what it requires is up; a module that has used
// its budget up waits for the cap, and one that is misconfigured for an operator; every wanted module is ready in the
// end once faults stop; a shutdown ends with no process.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "supervisor/tree/tree.h"

namespace status::supervisor {

class TreeWorld {
 public:
  // One schedule, all of it drawn from the seed.
  explicit TreeWorld(std::uint64_t seed);

  // To its end, or to the first broken invariant: that one is said, empty when all hold.
  std::string run();

 private:
  struct Process {
    bool alive = false;
    bool dying = false;  // was sent SIGKILL or SIGABRT
    bool drained = false;
    bool stubborn = false;
    std::optional<MonotonicTime> ready_at;
  };
  // What the policy may and may not do with a module, from what happened to it alone.
  struct Books {
    std::optional<MonotonicTime> ready_since;  // of the incarnation that lives
    std::vector<MonotonicTime> short_lives;    // deaths, since the last long life or an operator's word
    bool used_up = false;                      // too many of them in too short a time
    std::optional<MonotonicTime> not_before;   // the next start, unless an operator asks for it
    bool misconfigured = false;
  };

  std::uint64_t pick(std::uint64_t sides) { return dice_() % sides; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }
  MonotonicTime now() const { return clock_.monotonic(); }
  bool all_ready() const;
  void require(bool holds, const char* invariant, std::size_t module);

  void apply(const Effects& effects);
  void spawn(std::size_t module);
  void die(std::size_t module, bool misconfigured = false);
  void keep_books_of_death(std::size_t module, bool misconfigured);
  void command(std::size_t module, Operation operation);
  void let_processes_act();
  void advance();
  void fault();

  std::mt19937_64 dice_;
  SeededRandom random_;
  FakeClock clock_;
  std::vector<TreeModule> specs_;
  std::vector<Process> processes_;
  std::vector<Books> books_;
  std::vector<State> announced_;  // by the effects, in their order
  std::optional<Tree> tree_;
  bool faults_ = true;
  std::string broken_;
};

}  // namespace status::supervisor
