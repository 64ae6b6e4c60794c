// The life of one module as a pure function: (machine, event, now) → (machine, action). One table, indexed by state and
// event, has every cell; no allocation, no input or output, no clock of its own. The tree decides *whether* an event is
// delivered (dependencies, the wanted set); the machine decides what it does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "supervisor/tree/policy.h"

namespace status::supervisor {

// The words are those of WIRE.md section 6.
enum class State : std::uint8_t { stopped, starting, ready, degraded, draining, backoff, failed, paused };
inline constexpr std::size_t kStates = 8;
std::string_view to_word(State state);
std::optional<State> state_from_word(std::string_view word);

enum class Event : std::uint8_t {
  start,          // wanted, and what it requires is up
  stop,           // not wanted any more
  restart,        // wanted, but as a new incarnation
  ready,          // it said so
  degrade,        // it works badly: its own word, no answer, or a lost requirement
  recover,        // the last reason to be degraded is gone
  hang,           // no sign of life up to the limit
  frozen,         // the same, because somebody stopped the process (SIGSTOP) and it was not `pause`
  thawed,         // after that it gives a sign of life again
  pause,          // an operator freezes it
  resume,         // and thaws it
  exited,         // the process is gone, or could not be made
  misconfigured,  // the process is gone with exit code 78, or there is nothing to execute: starting it again would not
                  // help
  timer,          // the deadline that the state carries has passed
};
inline constexpr std::size_t kEvents = 14;
std::string_view to_word(Event event);

// What the shell has to do.
enum class Action : std::uint8_t {
  none,
  spawn,
  drain,         // ask it to leave within the stop timeout
  resume_drain,  // SIGCONT, then drain
  abort,         // SIGABRT: it may still write its record, and is killed after the grace
  thaw,          // SIGCONT: it may still answer, and is killed after the grace if it does not
  spare,         // it has answered: nothing to do
  kill,          // SIGKILL
  suspend,       // SIGSTOP
  resume,        // SIGCONT
};
std::string_view to_word(Action action);

// Where a cell leads: a state, or what the restart policy says about a death.
enum class Next : std::uint8_t { stopped, starting, ready, degraded, draining, backoff, failed, paused, by_policy };

struct Cell {
  Next next;
  Action action;
};
// Every pair has its cell. A pair that cannot happen, or comes too late to matter, stays where it is and does nothing.
const Cell& cell(State state, Event event);

// What does not change while statusd runs.
struct Rules {
  milliseconds start_timeout{10'000};  // spawn → ready
  milliseconds stop_timeout{5'000};    // drain → gone
  RestartPolicy restart;

  static constexpr milliseconds kAbortGrace{500};  // SIGABRT → SIGKILL
  static constexpr milliseconds kThawGrace{500};   // SIGCONT to a process that was stopped → SIGKILL
};

struct Machine {
  State state = State::stopped;
  // The next `timer`: end of the start or stop timeout, of the grace after an abort or a thaw, or of the wait in
  // backoff and failed. In the latter two the tree turns it into `start` once what the module requires is up. None in
  // failed: no attempt is planned.
  std::optional<MonotonicTime> deadline;
  std::optional<MonotonicTime> ready_since;  // of this incarnation
  RestartHistory history;
  // It is draining because it used too much: its end counts as a death, so that the restart policy holds what leaks
  // from its start on.
  bool over_limit = false;
};

struct Step {
  Machine machine;
  Action action = Action::none;
};

struct Input {
  Event event = Event::timer;
  bool clean = false;  // exited: with code 0
  double chance = 0;   // exited: uniform in [-1, 1], for the jitter
};

Step step(const Machine& machine, const Rules& rules, const Input& input, MonotonicTime now);

// Whether a process exists in that state.
bool has_process(State state);
// Whether others may count on the module.
bool is_up(State state);

}  // namespace status::supervisor
