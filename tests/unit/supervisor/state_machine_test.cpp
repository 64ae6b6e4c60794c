#include "supervisor/tree/state_machine.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace status::supervisor {
namespace {

using std::chrono::milliseconds;
constexpr MonotonicTime kNow{std::chrono::hours(1)};

// What each pair does, for all pairs that do something; every other pair must leave the module alone.
using Key = std::pair<State, Event>;
using Effect = std::pair<Next, Action>;
const std::map<Key, Effect>& expected() {
  using enum Event;
  using S = State;
  using N = Next;
  using A = Action;
  static const std::map<Key, Effect> table = {
      {{S::stopped, start}, {N::starting, A::spawn}},
      {{S::starting, stop}, {N::draining, A::drain}},
      {{S::starting, restart}, {N::draining, A::drain}},
      {{S::starting, ready}, {N::ready, A::none}},
      {{S::starting, exited}, {N::by_policy, A::none}},
      {{S::starting, misconfigured}, {N::failed, A::none}},
      {{S::starting, timer}, {N::starting, A::kill}},
      {{S::ready, stop}, {N::draining, A::drain}},
      {{S::ready, restart}, {N::draining, A::drain}},
      {{S::ready, degrade}, {N::degraded, A::none}},
      {{S::ready, hang}, {N::degraded, A::abort}},
      {{S::ready, frozen}, {N::degraded, A::thaw}},
      {{S::ready, thawed}, {N::ready, A::spare}},
      {{S::ready, pause}, {N::paused, A::suspend}},
      {{S::ready, exited}, {N::by_policy, A::none}},
      {{S::ready, misconfigured}, {N::failed, A::none}},
      {{S::ready, timer}, {N::ready, A::kill}},
      {{S::degraded, stop}, {N::draining, A::drain}},
      {{S::degraded, restart}, {N::draining, A::drain}},
      {{S::degraded, recover}, {N::ready, A::none}},
      {{S::degraded, hang}, {N::degraded, A::abort}},
      {{S::degraded, frozen}, {N::degraded, A::thaw}},
      {{S::degraded, thawed}, {N::degraded, A::spare}},
      {{S::degraded, pause}, {N::paused, A::suspend}},
      {{S::degraded, exited}, {N::by_policy, A::none}},
      {{S::degraded, misconfigured}, {N::failed, A::none}},
      {{S::degraded, timer}, {N::degraded, A::kill}},
      {{S::draining, exited}, {N::stopped, A::none}},
      {{S::draining, misconfigured}, {N::stopped, A::none}},
      {{S::draining, timer}, {N::draining, A::kill}},
      {{S::backoff, start}, {N::starting, A::spawn}},
      {{S::backoff, stop}, {N::stopped, A::none}},
      {{S::failed, start}, {N::starting, A::spawn}},
      {{S::failed, stop}, {N::stopped, A::none}},
      {{S::paused, stop}, {N::draining, A::resume_drain}},
      {{S::paused, restart}, {N::draining, A::resume_drain}},
      {{S::paused, resume}, {N::ready, A::resume}},
      {{S::paused, exited}, {N::by_policy, A::none}},
      {{S::paused, misconfigured}, {N::failed, A::none}},
  };
  return table;
}

TEST(StateMachine, EveryCell) {
  for (std::size_t s = 0; s < kStates; ++s) {
    for (std::size_t e = 0; e < kEvents; ++e) {
      const auto state = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      SCOPED_TRACE(std::string(to_word(state)) + " + " + std::string(to_word(event)));
      const auto found = expected().find({state, event});
      const Effect want = found == expected().end() ? Effect{static_cast<Next>(state), Action::none} : found->second;
      EXPECT_EQ(cell(state, event).next, want.first);
      EXPECT_EQ(to_word(cell(state, event).action), to_word(want.second));

      Machine machine{.state = state};
      const Step result = step(machine, {}, {event}, kNow);
      EXPECT_EQ(result.action, want.second);
      if (want.first != Next::by_policy) {
        EXPECT_EQ(result.machine.state, static_cast<State>(want.first));
      }
    }
  }
}

TEST(StateMachine, OnlyStatesWithAProcessActOnIt) {
  for (std::size_t s = 0; s < kStates; ++s) {
    for (std::size_t e = 0; e < kEvents; ++e) {
      const auto state = static_cast<State>(s);
      const Action action = cell(state, static_cast<Event>(e)).action;
      if (action == Action::spawn) {
        EXPECT_FALSE(has_process(state)) << to_word(state);
      } else if (action != Action::none) {
        EXPECT_TRUE(has_process(state)) << to_word(state);
      }
    }
  }
}

Machine after(const Machine& machine, Event event, MonotonicTime now) {
  return step(machine, {}, {event}, now).machine;
}

TEST(StateMachine, StartAndStopCarryTheirDeadlines) {
  const Rules rules;
  Machine machine = after({}, Event::start, kNow);
  EXPECT_EQ(machine.deadline, kNow + rules.start_timeout);
  machine = after(machine, Event::ready, kNow + milliseconds(5));
  EXPECT_EQ(machine.deadline, std::nullopt);
  EXPECT_EQ(machine.ready_since, kNow + milliseconds(5));
  machine = after(machine, Event::stop, kNow + milliseconds(9));
  EXPECT_EQ(machine.deadline, kNow + milliseconds(9) + rules.stop_timeout);
  machine = after(machine, Event::timer, kNow + milliseconds(9) + rules.stop_timeout);
  EXPECT_EQ(machine.deadline, std::nullopt) << "SIGKILL needs no second try";
  machine = after(machine, Event::exited, kNow + milliseconds(6000));
  EXPECT_EQ(machine.state, State::stopped);
  EXPECT_EQ(machine.ready_since, std::nullopt);
}

TEST(StateMachine, AnAbortIsFollowedByAKillWhateverTheModuleSays) {
  Machine machine{.state = State::ready, .ready_since = kNow - milliseconds(100)};
  machine = after(machine, Event::hang, kNow);
  ASSERT_EQ(machine.deadline, kNow + Rules::kAbortGrace);
  machine = after(machine, Event::recover, kNow + milliseconds(1));
  ASSERT_EQ(machine.state, State::ready);
  EXPECT_EQ(machine.deadline, kNow + Rules::kAbortGrace);
  EXPECT_EQ(step(machine, {}, {Event::timer}, *machine.deadline).action, Action::kill);
}

TEST(StateMachine, AThawIsFollowedByAKillUnlessItAnswers) {
  const Machine ready{.state = State::ready, .ready_since = kNow - milliseconds(100)};
  const Machine thawing = after(ready, Event::frozen, kNow);
  ASSERT_EQ(thawing.state, State::degraded);
  ASSERT_EQ(thawing.deadline, kNow + Rules::kThawGrace);
  EXPECT_EQ(step(thawing, {}, {Event::timer}, *thawing.deadline).action, Action::kill);
  const Machine thawed = after(thawing, Event::thawed, kNow + milliseconds(499));
  EXPECT_EQ(thawed.deadline, std::nullopt);
  EXPECT_EQ(after(thawed, Event::recover, kNow + milliseconds(499)).state, State::ready);
  EXPECT_EQ(Rules::kThawGrace, milliseconds(500));
}

TEST(StateMachine, AConfigurationErrorPlansNoAttempt) {
  const Machine machine = after({.state = State::starting, .deadline = kNow}, Event::misconfigured, kNow);
  EXPECT_EQ(machine.state, State::failed);
  EXPECT_EQ(machine.deadline, std::nullopt);
}

TEST(StateMachine, ADeathAfterASecondOfReadinessIsDueAtOnce) {
  const Machine ready{.state = State::ready, .ready_since = kNow - milliseconds(1000)};
  const Machine machine = after(ready, Event::exited, kNow);
  EXPECT_EQ(machine.state, State::backoff);
  EXPECT_EQ(machine.deadline, kNow);
}

}  // namespace
}  // namespace status::supervisor
