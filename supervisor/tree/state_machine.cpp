#include "supervisor/tree/state_machine.h"

namespace status::supervisor {
namespace {

constexpr std::array<std::string_view, kStates> kStateWords = {"stopped",  "starting", "ready",  "degraded",
                                                               "draining", "backoff",  "failed", "paused"};
constexpr std::array<std::string_view, kEvents> kEventWords = {
    "start",  "stop",   "restart", "ready",  "degrade", "recover",       "hang",
    "frozen", "thawed", "pause",   "resume", "exited",  "misconfigured", "timer"};
constexpr std::array<std::string_view, 10> kActionWords = {"none", "spawn", "drain", "resume_drain", "abort",
                                                           "thaw", "spare", "kill",  "suspend",      "resume"};

using enum Action;
constexpr Next kStopped = Next::stopped, kStarting = Next::starting, kReady = Next::ready, kDegraded = Next::degraded,
               kDraining = Next::draining, kBackoff = Next::backoff, kFailed = Next::failed, kPaused = Next::paused,
               kByPolicy = Next::by_policy;

// clang-format off
constexpr std::array<std::array<Cell, kEvents>, kStates> kTable = {{
  //              start               stop                       restart                    ready              degrade            recover            hang                frozen             thawed              pause               resume             exited             misconfigured     timer
  /* stopped  */ {{{kStarting, spawn}, {kStopped, none},          {kStopped, none},          {kStopped, none},  {kStopped, none},  {kStopped, none},  {kStopped, none},   {kStopped, none},  {kStopped, none},   {kStopped, none},   {kStopped, none},  {kStopped, none},  {kStopped, none}, {kStopped, none}}},
  /* starting */ {{{kStarting, none},  {kDraining, drain},        {kDraining, drain},        {kReady, none},    {kStarting, none}, {kStarting, none}, {kStarting, none},  {kStarting, none}, {kStarting, none},  {kStarting, none},  {kStarting, none}, {kByPolicy, none}, {kFailed, none},  {kStarting, kill}}},
  /* ready    */ {{{kReady, none},     {kDraining, drain},        {kDraining, drain},        {kReady, none},    {kDegraded, none}, {kReady, none},    {kDegraded, abort}, {kDegraded, thaw}, {kReady, spare},    {kPaused, suspend}, {kReady, none},    {kByPolicy, none}, {kFailed, none},  {kReady, kill}}},
  /* degraded */ {{{kDegraded, none},  {kDraining, drain},        {kDraining, drain},        {kDegraded, none}, {kDegraded, none}, {kReady, none},    {kDegraded, abort}, {kDegraded, thaw}, {kDegraded, spare}, {kPaused, suspend}, {kDegraded, none}, {kByPolicy, none}, {kFailed, none},  {kDegraded, kill}}},
  /* draining */ {{{kDraining, none},  {kDraining, none},         {kDraining, none},         {kDraining, none}, {kDraining, none}, {kDraining, none}, {kDraining, none},  {kDraining, none}, {kDraining, none},  {kDraining, none},  {kDraining, none}, {kStopped, none},  {kStopped, none}, {kDraining, kill}}},
  /* backoff  */ {{{kStarting, spawn}, {kStopped, none},          {kBackoff, none},          {kBackoff, none},  {kBackoff, none},  {kBackoff, none},  {kBackoff, none},   {kBackoff, none},  {kBackoff, none},   {kBackoff, none},   {kBackoff, none},  {kBackoff, none},  {kBackoff, none}, {kBackoff, none}}},
  /* failed   */ {{{kStarting, spawn}, {kStopped, none},          {kFailed, none},           {kFailed, none},   {kFailed, none},   {kFailed, none},   {kFailed, none},    {kFailed, none},   {kFailed, none},    {kFailed, none},    {kFailed, none},   {kFailed, none},   {kFailed, none},  {kFailed, none}}},
  /* paused   */ {{{kPaused, none},    {kDraining, resume_drain}, {kDraining, resume_drain}, {kPaused, none},   {kPaused, none},   {kPaused, none},   {kPaused, none},    {kPaused, none},   {kPaused, none},    {kPaused, none},    {kReady, resume},  {kByPolicy, none}, {kFailed, none},  {kPaused, none}}},
}};
// clang-format on

static_assert(static_cast<int>(Next::paused) == static_cast<int>(State::paused),
              "the states lead the list in the same order");

// Enters backoff, failed or stopped as the policy says.
void settle_death(Machine& machine, const Rules& rules, const Input& input, MonotonicTime now) {
  Death death{.clean = input.clean && !machine.over_limit};
  if (machine.ready_since) death.ready_for = std::chrono::duration_cast<milliseconds>(now - *machine.ready_since);
  const Verdict verdict = after_death(rules.restart, machine.history, death, now, input.chance);
  machine.deadline = now + verdict.delay;
  switch (verdict.kind) {
    case Verdict::Kind::restart:
      machine.state = State::backoff;
      return;
    case Verdict::Kind::failed:
      machine.state = State::failed;
      return;
    case Verdict::Kind::leave:
      machine.state = State::stopped;
      machine.deadline.reset();
  }
}

void set_deadline(Machine& machine, const Rules& rules, Action action, State before, MonotonicTime now) {
  switch (action) {
    case Action::spawn:
      machine.deadline = now + rules.start_timeout;
      return;
    case Action::drain:
    case Action::resume_drain:
      machine.deadline = now + rules.stop_timeout;
      return;
    case Action::abort:
      machine.deadline = now + Rules::kAbortGrace;
      return;
    case Action::thaw:
      machine.deadline = now + Rules::kThawGrace;
      return;
    case Action::kill:  // SIGKILL has no second try: the exit comes
    case Action::spare:
      machine.deadline.reset();
      return;
    case Action::none:
    case Action::suspend:
    case Action::resume:
      // An abort or a thaw under way keeps its deadline through ready ⇄ degraded; any other change of state leaves the
      // old one behind.
      if (machine.state != before && !(is_up(before) && is_up(machine.state))) machine.deadline.reset();
  }
}

}  // namespace

std::string_view to_word(State state) { return kStateWords[static_cast<std::size_t>(state)]; }
std::optional<State> state_from_word(std::string_view word) {
  for (std::size_t i = 0; i < kStates; ++i) {
    if (kStateWords[i] == word) return static_cast<State>(i);
  }
  return std::nullopt;
}
std::string_view to_word(Event event) { return kEventWords[static_cast<std::size_t>(event)]; }
std::string_view to_word(Action action) { return kActionWords[static_cast<std::size_t>(action)]; }

const Cell& cell(State state, Event event) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

Step step(const Machine& machine, const Rules& rules, const Input& input, MonotonicTime now) {
  const Cell& to = cell(machine.state, input.event);
  Step result{machine, to.action};
  Machine& next = result.machine;
  const bool gone_over_limit = machine.over_limit && to.next == Next::stopped && input.event == Event::exited;
  if (to.next == Next::by_policy || gone_over_limit) {
    settle_death(next, rules, input, now);
    next.ready_since.reset();
    return result;
  }
  next.state = static_cast<State>(to.next);
  set_deadline(next, rules, to.action, machine.state, now);
  if (machine.state == State::starting && next.state == State::ready) next.ready_since = now;
  if (!has_process(next.state) || to.action == Action::spawn) next.ready_since.reset();
  if (to.action == Action::spawn) next.over_limit = false;
  return result;
}

bool has_process(State state) {
  return state == State::starting || state == State::ready || state == State::degraded || state == State::draining ||
         state == State::paused;
}

bool is_up(State state) { return state == State::ready || state == State::degraded; }

}  // namespace status::supervisor
