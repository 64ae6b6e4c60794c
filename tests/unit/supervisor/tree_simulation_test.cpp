// The whole tree against a world of processes that crash, hang, start slowly, refuse to stop and are commanded at
// random, in virtual time. Every run prints its seed; STATUS_SEED replays one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "supervisor/tree/tree.h"

namespace status::supervisor {
namespace {

class World {
 public:
  explicit World(std::uint64_t seed) : dice_(seed), random_(seed ^ 0x9e37) {
    const std::size_t count = 1 + pick(7);
    std::vector<TreeModule> modules(count);
    for (std::size_t i = 0; i < count; ++i) {
      modules[i].name = "m" + std::to_string(i);
      modules[i].front = i == 0 && chance(2);
      for (std::size_t j = modules[0].front ? 1 : 0; j < i; ++j) {
        if (chance(3)) modules[i].requires_.push_back({.module = j, .restart_with_it = chance(5)});
      }
      if (chance(3)) modules[i].rules.restart.first_delay = milliseconds(0);
      if (chance(3)) modules[i].rules.restart.budget = 0;
    }
    specs_ = modules;
    processes_.resize(count);
    announced_.resize(count, State::stopped);
    tree_.emplace(std::move(modules), random_);
  }

  void run() {
    apply(tree_->tick(clock_.monotonic()));
    for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) fault();
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      if (tree_->state(i) == State::paused) apply(*tree_->command(i, Operation::resume, now()));
      apply(*tree_->command(i, Operation::start, now()));
      apply(tree_->on_trouble_over(i, Trouble::own_word, now()));
    }
    faults_ = false;
    for (int i = 0; i < 2'000 && !all_ready() && !testing::Test::HasFailure(); ++i) advance();
    EXPECT_TRUE(all_ready()) << "every wanted module must be ready once faults stop";
    apply(tree_->shut_down(now()));
    for (int i = 0; i < 2'000 && !tree_->all_down(); ++i) advance();
    EXPECT_TRUE(tree_->all_down());
    for (const Process& process : processes_) EXPECT_FALSE(process.alive);
  }

 private:
  struct Process {
    bool alive = false;
    bool dying = false;  // was sent SIGKILL or SIGABRT
    bool drained = false;
    bool stubborn = false;
    std::optional<MonotonicTime> ready_at;
  };

  std::uint64_t pick(std::uint64_t sides) { return dice_() % sides; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }
  MonotonicTime now() const { return clock_.monotonic(); }

  bool all_ready() const {
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      if (tree_->state(i) != State::ready) return false;
    }
    return true;
  }

  void apply(const Effects& effects) {
    for (const Effect& effect : effects) {
      Process& process = processes_[effect.module];
      switch (effect.action) {
        case Action::spawn:
          spawn(effect.module);
          break;
        case Action::none:
          break;
        case Action::drain:
        case Action::resume_drain:
          EXPECT_TRUE(process.alive);
          process.drained = true;
          break;
        case Action::kill:
        case Action::abort:
          EXPECT_TRUE(process.alive);
          process.dying = true;
          break;
        case Action::suspend:
        case Action::resume:
          EXPECT_TRUE(process.alive);
          break;
      }
      announced_[effect.module] = effect.to;
    }
  }

  void spawn(std::size_t module) {
    Process& process = processes_[module];
    EXPECT_FALSE(process.alive) << "at most one incarnation of " << tree_->name(module);
    for (const auto& requirement : specs_[module].requires_) {
      EXPECT_TRUE(is_up(announced_[requirement.module]))
          << tree_->name(module) << " started before " << tree_->name(requirement.module);
    }
    process = {.alive = true};
    process.stubborn = faults_ && chance(5);
    if (!faults_ || !chance(6)) process.ready_at = now() + milliseconds(static_cast<int>(pick(faults_ ? 12'000 : 100)));
  }

  void die(std::size_t module, bool misconfigured = false) {
    processes_[module].alive = false;
    apply(tree_->on_exit(module, {.clean = processes_[module].drained, .misconfigured = misconfigured, .cause = "exit"},
                         now()));
  }

  void let_processes_act() {
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      Process& process = processes_[i];
      if (!process.alive) continue;
      if (process.dying || (process.drained && !process.stubborn)) {
        die(i);
      } else if (process.ready_at && *process.ready_at <= now()) {
        process.ready_at.reset();
        apply(tree_->on_ready(i, now()));
      }
    }
  }

  void advance() {
    clock_.advance(milliseconds(1 + static_cast<int>(pick(500))));
    let_processes_act();
    apply(tree_->tick(now()));
  }

  void fault() {
    advance();
    const std::size_t module = pick(processes_.size());
    const bool alive = processes_[module].alive;
    switch (pick(7)) {
      case 0:
      case 1:
        if (alive) die(module, chance(20));
        break;
      case 2:
        apply(tree_->on_trouble(module, Trouble::own_word, "trouble", now()));
        break;
      case 3:
        apply(tree_->on_trouble_over(module, Trouble::own_word, now()));
        break;
      case 4:
        if (alive) apply(tree_->on_hang(module, "no answer", now()));
        break;
      case 5:
        if (auto effects = tree_->command(module, static_cast<Operation>(pick(5)), now())) apply(*effects);
        break;
      default:
        if (chance(10)) clock_.advance(std::chrono::minutes(pick(5)));
    }
  }

  std::mt19937_64 dice_;
  SeededRandom random_;
  FakeClock clock_;
  std::vector<TreeModule> specs_;
  std::vector<Process> processes_;
  std::vector<State> announced_;  // by the effects, in their order
  std::optional<Tree> tree_;
  bool faults_ = true;
};

TEST(TreeSimulation, InvariantsHoldUnderRandomFaults) {
  const char* given = std::getenv("STATUS_SEED");
  const std::uint64_t first = given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::cout << "first seed " << first << "\n";
  const int runs = given == nullptr ? 3'000 : 1;
  for (int i = 0; i < runs; ++i) {
    SCOPED_TRACE("STATUS_SEED=" + std::to_string(first + static_cast<std::uint64_t>(i)));
    World(first + static_cast<std::uint64_t>(i)).run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace status::supervisor
