#include "supervisor/tree/tree.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

// keys ← waku ← chat, keys ← chat, and the gateway in front.
enum : std::size_t { kGateway, kKeys, kWaku, kChat };

class TreeTest : public testing::Test {
 protected:
  TreeTest() {
    std::vector<TreeModule> modules(4);
    modules[kGateway] = {.name = "gateway", .front = true};
    modules[kKeys] = {.name = "keys"};
    modules[kWaku] = {.name = "waku", .requires_ = {{.module = kKeys}}};
    modules[kChat] = {.name = "chat", .requires_ = {{.module = kKeys}, {.module = kWaku}}};
    tree_.emplace(std::move(modules), random_);
  }

  MonotonicTime now() const { return clock_.monotonic(); }
  static std::string spell(const Tree& tree, const Effects& effects) {
    std::string out;
    for (const Effect& effect : effects) {
      if (!out.empty()) out += ", ";
      out += tree.name(effect.module);
      if (effect.action != Action::none) out += " " + std::string(to_word(effect.action));
      if (effect.from != effect.to)
        out += " " + std::string(to_word(effect.from)) + "→" + std::string(to_word(effect.to));
    }
    return out;
  }
  std::string spell(const Effects& effects) const { return spell(*tree_, effects); }
  void bring_up() {
    tree_->tick(now());
    for (const std::size_t module : {kGateway, kKeys, kWaku, kChat}) tree_->on_ready(module, now());
    for (const std::size_t module : {kGateway, kKeys, kWaku, kChat}) ASSERT_EQ(tree_->state(module), State::ready);
  }
  Effects dies(std::size_t module, const std::string& cause = "signal 9 (SIGKILL)") {
    return tree_->on_exit(module, {.cause = cause}, now());
  }

  FakeClock clock_;
  SeededRandom random_{1};
  std::optional<Tree> tree_;
};

TEST_F(TreeTest, StartsInDependencyOrder) {
  EXPECT_EQ(spell(tree_->tick(now())), "gateway spawn stopped→starting, keys spawn stopped→starting");
  EXPECT_EQ(spell(tree_->on_ready(kKeys, now())), "keys starting→ready, waku spawn stopped→starting");
  EXPECT_EQ(spell(tree_->on_ready(kWaku, now())), "waku starting→ready, chat spawn stopped→starting");
  EXPECT_EQ(spell(tree_->on_ready(kChat, now())), "chat starting→ready");
  EXPECT_EQ(tree_->next_wakeup(), now() + milliseconds(10'000)) << "the gateway has not said that it is ready";
}

TEST_F(TreeTest, ADeathRestartsAtOnceAndDegradesWhoRequiresIt) {
  bring_up();
  clock_.advance(milliseconds(1'000));
  EXPECT_EQ(spell(dies(kWaku)), "waku ready→backoff, waku spawn backoff→starting, chat ready→degraded");
  EXPECT_EQ(tree_->why(kChat), "required module waku is down");
  EXPECT_EQ(tree_->state(kKeys), State::ready);
  EXPECT_EQ(spell(tree_->on_ready(kWaku, now())), "waku starting→ready, chat degraded→ready");
}

TEST_F(TreeTest, AnAttemptWaitsForItsTimeAndForItsRequirement) {
  bring_up();
  EXPECT_EQ(spell(dies(kWaku)), "waku ready→backoff, chat ready→degraded");
  const auto attempt = tree_->next_attempt(kWaku);
  ASSERT_TRUE(attempt.has_value());
  EXPECT_EQ(tree_->next_wakeup(), attempt);
  EXPECT_EQ(spell(dies(kKeys)), "keys ready→backoff");
  EXPECT_EQ(tree_->next_attempt(kWaku), std::nullopt) << "waits for keys";
  clock_.advance(milliseconds(200));
  EXPECT_EQ(spell(tree_->tick(now())), "keys spawn backoff→starting");
  EXPECT_EQ(spell(tree_->on_ready(kKeys, now())), "keys starting→ready, waku spawn backoff→starting");
}

TEST_F(TreeTest, AModuleThatDoesNotGetReadyIsKilled) {
  tree_->tick(now());
  clock_.advance(milliseconds(10'000));
  EXPECT_EQ(spell(tree_->tick(now())), "gateway kill, keys kill");
  const Effects effects = dies(kKeys);
  EXPECT_EQ(effects.at(0).cause, "not ready within 10000 ms: signal 9 (SIGKILL)");
}

TEST_F(TreeTest, AHangAbortsThenKills) {
  bring_up();
  EXPECT_EQ(spell(tree_->on_hang(kKeys, "no answer", now())), "keys abort ready→degraded");
  EXPECT_EQ(spell(tree_->on_hang(kKeys, "no answer", now())), "");
  EXPECT_EQ(spell(tree_->on_trouble_over(kKeys, Trouble::unresponsive, now())), "");
  clock_.advance(Rules::kAbortGrace);
  EXPECT_EQ(spell(tree_->tick(now())), "keys kill");
  EXPECT_EQ(dies(kKeys).at(0).cause, "no answer: signal 9 (SIGKILL)");
}

TEST_F(TreeTest, OverItsLimitAModuleIsDrainedAndItsEndIsADeath) {
  bring_up();
  clock_.advance(milliseconds(1'000));
  EXPECT_EQ(spell(tree_->on_over_limit(kChat, "memory: 600 MiB", now())), "chat drain ready→draining");
  EXPECT_TRUE(tree_->over_limit(kChat));
  EXPECT_EQ(spell(tree_->on_over_limit(kChat, "memory: 700 MiB", now())), "") << "it is on its way";
  const Effects effects = tree_->on_exit(kChat, {.clean = true, .cause = "exit 0"}, now());
  EXPECT_EQ(spell(effects), "chat draining→backoff, chat spawn backoff→starting");
  EXPECT_EQ(effects.front().cause, "memory: 600 MiB: exit 0");
  EXPECT_FALSE(tree_->over_limit(kChat)) << "the next one starts afresh";
}

TEST_F(TreeTest, WhatIsOverItsLimitFromItsStartOnFails) {
  bring_up();
  for (int death = 1; death <= 5; ++death) {
    tree_->on_over_limit(kChat, "memory", now());
    tree_->on_exit(kChat, {.clean = true, .cause = "exit 0"}, now());
    if (death == 5) break;
    clock_.advance(milliseconds(1'500));
    tree_->tick(now());
    ASSERT_EQ(tree_->state(kChat), State::starting) << death;
    tree_->on_ready(kChat, now());
  }
  EXPECT_EQ(tree_->state(kChat), State::failed);
}

TEST_F(TreeTest, OverItsLimitBeforeItIsReadyChangesNothingOfItsRestartPolicy) {
  // Two that die alike; only one is too large each time.
  SeededRandom large_random{7}, small_random{7};
  Tree large({{.name = "m"}}, large_random), small({{.name = "m"}}, small_random);
  for (int death = 1; large.state(0) != State::failed; ++death) {
    ASSERT_LE(death, 10);
    for (Tree* tree : {&large, &small}) tree->tick(now());
    ASSERT_EQ(large.state(0), State::starting) << death;
    EXPECT_EQ(spell(large, large.on_over_limit(0, "memory: 600 MiB", now())), "") << "it may become smaller yet";
    EXPECT_FALSE(large.over_limit(0));
    const Effects effects = large.on_exit(0, {.cause = "exit 1"}, now());
    EXPECT_EQ(spell(large, effects), spell(small, small.on_exit(0, {.cause = "exit 1"}, now())));
    EXPECT_EQ(effects.front().cause, "exit 1") << "its size had nothing to do with it";
    ASSERT_EQ(large.next_attempt(0), small.next_attempt(0));
    if (const auto at = large.next_attempt(0)) clock_.advance(std::chrono::ceil<milliseconds>(*at - now()));
  }
  EXPECT_EQ(small.state(0), State::failed);
}

TEST_F(TreeTest, AnOrderlyEndBeforeItIsReadyStaysOneHoweverLargeItIs) {
  Tree tree({{.name = "m", .rules = {.restart = {.when = RestartPolicy::When::on_failure}}}}, random_);
  tree.tick(now());
  tree.on_over_limit(0, "memory: 600 MiB", now());
  tree.on_exit(0, {.clean = true, .cause = "exit 0"}, now());
  EXPECT_EQ(tree.state(0), State::stopped) << "it is restarted after failures alone";
  // Once it is ready the limit holds, and makes a failure of an orderly end.
  ASSERT_TRUE(tree.command(0, Operation::start, now()));
  tree.on_ready(0, now());
  EXPECT_EQ(spell(tree, tree.on_over_limit(0, "memory: 600 MiB", now())), "m drain ready→draining");
  tree.on_exit(0, {.clean = true, .cause = "exit 0"}, now());
  EXPECT_EQ(tree.state(0), State::backoff);
}

TEST_F(TreeTest, AStopAskedForWhileItDrainsForItsLimitStops) {
  bring_up();
  tree_->on_over_limit(kChat, "memory", now());
  ASSERT_TRUE(tree_->command(kChat, Operation::stop, now()).has_value());
  tree_->on_exit(kChat, {.clean = true, .cause = "exit 0"}, now());
  EXPECT_EQ(tree_->state(kChat), State::stopped);
}

TEST_F(TreeTest, TroublesAddUp) {
  bring_up();
  EXPECT_EQ(spell(tree_->on_trouble(kWaku, Trouble::own_word, "no peers", now())), "waku ready→degraded");
  EXPECT_EQ(tree_->why(kWaku), "no peers");
  EXPECT_EQ(spell(tree_->on_trouble(kWaku, Trouble::unresponsive, "slow", now())), "");
  EXPECT_EQ(spell(tree_->on_ready(kWaku, now())), "") << "it is still slow";
  EXPECT_EQ(spell(tree_->on_trouble_over(kWaku, Trouble::unresponsive, now())), "waku degraded→ready");
}

TEST_F(TreeTest, AStoppedModuleStaysStoppedUntilItIsStarted) {
  bring_up();
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::stop, now())), "waku drain ready→draining, chat ready→degraded");
  EXPECT_FALSE(tree_->wanted(kWaku));
  EXPECT_EQ(spell(dies(kWaku, "exit 0")), "waku draining→stopped");
  EXPECT_EQ(spell(tree_->tick(now())), "");
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::start, now())), "waku spawn stopped→starting");
}

TEST_F(TreeTest, ARestartIsAStopAndAStart) {
  bring_up();
  EXPECT_EQ(spell(*tree_->command(kChat, Operation::restart, now())), "chat drain ready→draining");
  EXPECT_EQ(spell(dies(kChat, "exit 0")), "chat draining→stopped, chat spawn stopped→starting");
}

TEST_F(TreeTest, AStartCutsABackoffShort) {
  bring_up();
  dies(kChat);
  ASSERT_EQ(tree_->state(kChat), State::backoff);
  EXPECT_EQ(spell(*tree_->command(kChat, Operation::start, now())), "chat spawn backoff→starting");
}

TEST_F(TreeTest, AWrongConfigurationIsNotRetriedUntilAskedFor) {
  tree_->tick(now());
  EXPECT_EQ(spell(tree_->on_exit(kKeys, {.misconfigured = true, .cause = "exit 78"}, now())), "keys starting→failed");
  clock_.advance(std::chrono::hours(100));
  tree_->on_ready(kGateway, now());
  EXPECT_EQ(spell(tree_->tick(now())), "");
  EXPECT_EQ(tree_->next_wakeup(), std::nullopt);
  EXPECT_EQ(spell(*tree_->command(kKeys, Operation::restart, now())), "keys spawn failed→starting");
}

TEST_F(TreeTest, TheNodeStopsFrontFirstThenBackwards) {
  bring_up();
  EXPECT_EQ(spell(tree_->shut_down(now())), "gateway drain ready→draining");
  EXPECT_EQ(spell(dies(kGateway, "exit 0")), "gateway draining→stopped, chat drain ready→draining");
  clock_.advance(milliseconds(5'000));
  EXPECT_EQ(spell(tree_->tick(now())), "chat kill") << "it ignored the drain";
  EXPECT_EQ(spell(dies(kChat)), "chat draining→stopped, waku drain ready→draining");
  EXPECT_EQ(spell(dies(kWaku, "exit 0")), "waku draining→stopped, keys drain ready→draining");
  EXPECT_FALSE(tree_->all_down());
  EXPECT_EQ(spell(dies(kKeys, "exit 0")), "keys draining→stopped");
  EXPECT_TRUE(tree_->all_down());
  EXPECT_FALSE(tree_->command(kKeys, Operation::start, now()).has_value());
}

TEST_F(TreeTest, ADeathWhileTheNodeStopsIsNotRestarted) {
  bring_up();
  clock_.advance(milliseconds(2'000));
  tree_->shut_down(now());
  EXPECT_EQ(spell(dies(kKeys)), "keys ready→backoff, keys backoff→stopped");
}

TEST_F(TreeTest, PauseFreezesAndResumeThaws) {
  bring_up();
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::pause, now())), "waku suspend ready→paused, chat ready→degraded");
  EXPECT_FALSE(tree_->command(kWaku, Operation::pause, now()).has_value());
  EXPECT_EQ(spell(tree_->on_hang(kWaku, "no answer", now())), "") << "a paused module does not hang";
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::resume, now())), "waku resume paused→ready, chat degraded→ready");
  EXPECT_EQ(tree_->command(kWaku, Operation::resume, now()).error().reason, "supervisor.wrong_state");
}

TEST_F(TreeTest, WhatANewConfigurationAddsStartsAfterWhatItRequires) {
  bring_up();
  const std::size_t added = tree_->add({.name = "bridge", .requires_ = {{.module = kWaku}}});
  EXPECT_EQ(spell(tree_->tick(now())), "bridge spawn stopped→starting");
  tree_->on_ready(added, now());
  EXPECT_EQ(tree_->state(added), State::ready);
}

TEST_F(TreeTest, WhatANewConfigurationTakesAwayIsStoppedAndDoesNotComeBack) {
  bring_up();
  tree_->retire(kChat);
  EXPECT_EQ(spell(tree_->tick(now())), "chat drain ready→draining");
  EXPECT_EQ(spell(tree_->on_exit(kChat, {.clean = true, .cause = "exit 0"}, now())), "chat draining→stopped");
  EXPECT_EQ(spell(tree_->tick(now())), "");
  EXPECT_TRUE(tree_->wanted(kChat)) << "that is the operator's word, and stays";
  tree_->replace(kChat, {.name = "chat", .requires_ = {{.module = kWaku}}});
  EXPECT_EQ(spell(tree_->tick(now())), "chat spawn stopped→starting") << "back again";
}

TEST_F(TreeTest, WhatANewConfigurationChangesIsRenewed) {
  bring_up();
  EXPECT_EQ(spell(tree_->renew(kWaku, now())), "waku drain ready→draining, chat ready→degraded");
  EXPECT_EQ(spell(tree_->on_exit(kWaku, {.clean = true, .cause = "exit 0"}, now())),
            "waku draining→stopped, waku spawn stopped→starting");
  tree_->on_exit(kWaku, {.misconfigured = true, .cause = "exit 78"}, now());
  ASSERT_EQ(tree_->state(kWaku), State::failed);
  EXPECT_EQ(spell(tree_->renew(kWaku, now())), "waku spawn failed→starting") << "the mistake may be mended";
  ASSERT_TRUE(tree_->command(kChat, Operation::stop, now()).has_value());
  tree_->on_exit(kChat, {.clean = true, .cause = "exit 0"}, now());
  EXPECT_EQ(spell(tree_->renew(kChat, now())), "") << "an operator stopped it";
}

TEST_F(TreeTest, AProcessThatSomebodyStoppedIsContinuedAndKilledIfItDoesNotAnswer) {
  bring_up();
  EXPECT_EQ(spell(tree_->on_frozen(kWaku, "stopped", now())), "waku thaw ready→degraded");
  EXPECT_EQ(spell(tree_->on_frozen(kWaku, "stopped", now())), "");
  EXPECT_EQ(spell(tree_->on_hang(kWaku, "no answer", now())), "") << "one ladder at a time";
  clock_.advance(milliseconds(499));
  EXPECT_EQ(spell(tree_->tick(now())), "");
  clock_.advance(milliseconds(1));
  EXPECT_EQ(spell(tree_->tick(now())), "waku kill");
  EXPECT_EQ(tree_->on_exit(kWaku, {.cause = "signal 9 (SIGKILL)"}, now()).front().cause, "stopped: signal 9 (SIGKILL)");
}

TEST_F(TreeTest, AProcessThatAnswersAfterItWasContinuedLives) {
  bring_up();
  tree_->on_frozen(kWaku, "stopped", now());
  clock_.advance(milliseconds(10));
  EXPECT_EQ(spell(tree_->on_thawed(kWaku, now())), "waku spare, waku degraded→ready");
  EXPECT_EQ(tree_->next_wakeup(), std::nullopt);
  clock_.advance(milliseconds(1'000));
  EXPECT_EQ(spell(tree_->tick(now())), "");
  EXPECT_EQ(dies(kWaku).front().cause, "signal 9 (SIGKILL)") << "what was to kill it is forgotten";
  EXPECT_EQ(spell(tree_->on_thawed(kKeys, now())), "");
}

TEST_F(TreeTest, APauseForgetsThatItDidNotAnswer) {
  bring_up();
  tree_->on_trouble(kWaku, Trouble::unresponsive, "slow", now());
  tree_->on_frozen(kWaku, "stopped", now());
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::pause, now())),
            "waku suspend degraded→paused, chat ready→degraded");
  clock_.advance(milliseconds(10'000));
  EXPECT_EQ(spell(tree_->tick(now())), "");
  EXPECT_EQ(spell(*tree_->command(kWaku, Operation::resume, now())), "waku resume paused→ready, chat degraded→ready");
}

TEST_F(TreeTest, TheFrontCannotBeStoppedOrPausedAlone) {
  bring_up();
  EXPECT_EQ(tree_->command(kGateway, Operation::stop, now()).error().code, Code::failed_precondition);
  EXPECT_EQ(tree_->command(kGateway, Operation::pause, now()).error().code, Code::failed_precondition);
  EXPECT_EQ(spell(*tree_->command(kGateway, Operation::restart, now())), "gateway drain ready→draining");
}

TEST(Tree, RestartPropagatesAlongEdgesThatSaySo) {
  SeededRandom random(1);
  FakeClock clock;
  Tree tree({{.name = "a"}, {.name = "b", .requires_ = {{.module = 0, .restart_with_it = true}}}}, random);
  tree.tick(clock.monotonic());
  tree.on_ready(0, clock.monotonic());
  tree.on_ready(1, clock.monotonic());
  tree.on_exit(0, {.cause = "signal 11 (SIGSEGV)"}, clock.monotonic());
  EXPECT_EQ(tree.state(1), State::draining);
  EXPECT_EQ(tree.why(1), "required module a died");
}

TEST(Tree, AModuleThatIsNotRestartedIsLeftStopped) {
  SeededRandom random(1);
  FakeClock clock;
  TreeModule once{.name = "once"};
  once.rules.restart.when = RestartPolicy::When::never;
  Tree tree({once}, random);
  tree.tick(clock.monotonic());
  tree.on_exit(0, {.clean = true, .cause = "exit 0"}, clock.monotonic());
  EXPECT_EQ(tree.state(0), State::stopped);
  EXPECT_TRUE(tree.command(0, Operation::start, clock.monotonic()).has_value());
  EXPECT_EQ(tree.state(0), State::starting);
}

}  // namespace
}  // namespace status::supervisor
