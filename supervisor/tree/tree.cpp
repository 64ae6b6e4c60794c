#include "supervisor/tree/tree.h"

#include <algorithm>
#include <array>

namespace status::supervisor {
namespace {

std::uint8_t bit(Trouble trouble) { return static_cast<std::uint8_t>(trouble); }

bool is_waiting(State state) { return state == State::backoff || state == State::failed; }

std::string within(milliseconds timeout) { return " within " + std::to_string(timeout.count()) + " ms"; }

}  // namespace

std::optional<Operation> operation_from_word(std::string_view word) {
  constexpr std::array<std::string_view, 5> kWords = {"start", "stop", "restart", "pause", "resume"};
  const auto found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Operation>(found - kWords.begin());
}

Tree::Tree(std::vector<TreeModule> modules, Random& random) : random_(random) {
  for (TreeModule& spec : modules) modules_.emplace_back(std::move(spec));
}

std::optional<MonotonicTime> Tree::next_attempt(std::size_t module) const {
  const Module& m = modules_[module];
  if (!is_waiting(m.machine.state) || !should_run(m) || lost_requirement(m) != nullptr) return std::nullopt;
  return m.machine.deadline;
}

std::optional<MonotonicTime> Tree::next_wakeup() const {
  std::optional<MonotonicTime> earliest;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    const Machine& machine = modules_[i].machine;
    const auto at = has_process(machine.state) ? machine.deadline : next_attempt(i);
    if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  return earliest;
}

bool Tree::all_down() const {
  return std::none_of(modules_.begin(), modules_.end(), [](const Module& m) { return has_process(m.machine.state); });
}

Effects Tree::tick(MonotonicTime now) {
  Effects effects;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    Module& module = modules_[i];
    if (!has_process(module.machine.state) || !module.machine.deadline || *module.machine.deadline > now) continue;
    if (module.machine.state == State::starting)
      module.kill_why = "not ready" + within(module.spec.rules.start_timeout);
    if (module.machine.state == State::draining) {
      module.kill_why += (module.kill_why.empty() ? "" : ", ") + ("not gone" + within(module.spec.rules.stop_timeout));
    }
    deliver(i, {Event::timer}, module.kill_why, now, effects);
  }
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_ready(std::size_t module, MonotonicTime now) {
  Effects effects;
  modules_[module].troubles &= static_cast<std::uint8_t>(~bit(Trouble::own_word));
  deliver(module, {Event::ready}, "ready", now, effects);
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_trouble(std::size_t module, Trouble trouble, const std::string& why, MonotonicTime now) {
  Effects effects;
  modules_[module].troubles |= bit(trouble);
  modules_[module].trouble_why = why;
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_trouble_over(std::size_t module, Trouble trouble, MonotonicTime now) {
  Effects effects;
  modules_[module].troubles &= static_cast<std::uint8_t>(~bit(trouble));
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_hang(std::size_t module, const std::string& why, MonotonicTime now) {
  return give_up(module, Event::hang, Trouble::aborted, why, now);
}

Effects Tree::on_frozen(std::size_t module, const std::string& why, MonotonicTime now) {
  return give_up(module, Event::frozen, Trouble::frozen, why, now);
}

Effects Tree::on_thawed(std::size_t module, MonotonicTime now) {
  Effects effects;
  Module& m = modules_[module];
  if ((m.troubles & bit(Trouble::frozen)) == 0) return effects;
  m.troubles &= static_cast<std::uint8_t>(~bit(Trouble::frozen));
  m.kill_why.clear();
  deliver(module, {Event::thawed}, "it answers again", now, effects);
  reconcile(now, effects);
  return effects;
}

Effects Tree::give_up(std::size_t index, Event event, Trouble trouble, const std::string& why, MonotonicTime now) {
  Effects effects;
  Module& m = modules_[index];
  const bool done = (m.troubles & (bit(Trouble::aborted) | bit(Trouble::frozen))) != 0;
  if (!is_up(m.machine.state) || done) return effects;
  m.troubles |= bit(trouble);
  m.trouble_why = m.kill_why = why;
  deliver(index, {event}, why, now, effects);
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_over_limit(std::size_t module, const std::string& why, MonotonicTime now) {
  Effects effects;
  Module& m = modules_[module];
  if (!is_up(m.machine.state)) return effects;
  m.machine.over_limit = true;
  m.kill_why = why;
  deliver(module, {Event::restart}, why, now, effects);
  reconcile(now, effects);
  return effects;
}

Effects Tree::on_exit(std::size_t module, const Exit& exit, MonotonicTime now) {
  Effects effects;
  Module& m = modules_[module];
  const bool asked = m.machine.state == State::draining && !m.machine.over_limit;
  const std::string cause = m.kill_why.empty() ? exit.cause : m.kill_why + ": " + exit.cause;
  const Event event = exit.misconfigured ? Event::misconfigured : Event::exited;
  deliver(module, {event, exit.clean, chance()}, cause, now, effects);
  m.left = !asked && m.machine.state == State::stopped;
  for (std::size_t i = 0; i < modules_.size() && !asked; ++i) {
    for (const auto& requirement : modules_[i].spec.requires_) {
      if (requirement.module != module || !requirement.restart_with_it || !has_process(state(i))) continue;
      deliver(i, {Event::restart}, "required module " + m.spec.name + " died", now, effects);
    }
  }
  reconcile(now, effects);
  return effects;
}

Result<Effects> Tree::command(std::size_t module, Operation operation, MonotonicTime now) {
  Module& m = modules_[module];
  const auto refuse = [&](std::string_view why) {
    return fail(Code::failed_precondition, "supervisor.wrong_state",
                m.spec.name + " is " + std::string(to_word(m.machine.state)) + ": " + std::string(why));
  };
  Effects effects;
  switch (operation) {
    case Operation::stop:
      if (m.spec.front) return refuse("nobody could start it again; restart it, or stop the node");
      m.wanted = false;
      break;
    case Operation::start:
    case Operation::restart:
      if (shutting_down_) return refuse("the node is shutting down");
      m.wanted = true;
      m.left = false;
      m.machine.history = {};
      if (is_waiting(m.machine.state)) m.machine.deadline = now;
      if (operation == Operation::restart) deliver(module, {Event::restart}, "restart asked for", now, effects);
      break;
    case Operation::pause:
      if (m.spec.front) return refuse("nobody could resume it");
      if (!is_up(m.machine.state)) return refuse("only a module that is up can be paused");
      // Whether it answers is not asked meanwhile, and anew afterwards.
      m.troubles &= static_cast<std::uint8_t>(~(bit(Trouble::unresponsive) | bit(Trouble::frozen)));
      m.kill_why.clear();
      deliver(module, {Event::pause}, "pause asked for", now, effects);
      break;
    case Operation::resume:
      if (m.machine.state != State::paused) return refuse("it is not paused");
      deliver(module, {Event::resume}, "resume asked for", now, effects);
      break;
  }
  reconcile(now, effects);
  return effects;
}

Effects Tree::shut_down(MonotonicTime now) {
  Effects effects;
  shutting_down_ = true;
  reconcile(now, effects);
  return effects;
}

std::size_t Tree::add(TreeModule module) {
  modules_.emplace_back(std::move(module));
  return modules_.size() - 1;
}

void Tree::replace(std::size_t module, TreeModule with) {
  modules_[module].spec = std::move(with);
  modules_[module].retired = false;
}

void Tree::retire(std::size_t module) {
  modules_[module].retired = true;
  modules_[module].spec.requires_.clear();
}

Effects Tree::renew(std::size_t module, MonotonicTime now) {
  Effects effects;
  Module& m = modules_[module];
  if (!should_run(m) && !m.left) return effects;
  m.left = false;
  m.machine.history = {};
  if (is_waiting(m.machine.state)) m.machine.deadline = now;
  deliver(module, {Event::restart}, "its configuration has changed", now, effects);
  reconcile(now, effects);
  return effects;
}

void Tree::deliver(std::size_t index, const Input& input, const std::string& cause, MonotonicTime now,
                   Effects& effects) {
  Module& module = modules_[index];
  const State from = module.machine.state;
  const Step result = step(module.machine, module.spec.rules, input, now);
  module.machine = result.machine;
  if (result.action == Action::spawn) {
    module.troubles = 0;
    module.kill_why.clear();
  }
  const State to = module.machine.state;
  if (from != to) module.why = cause;
  if (from != to || result.action != Action::none) effects.push_back({index, result.action, from, to, cause});
}

void Tree::reconcile(MonotonicTime now, Effects& effects) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t i = 0; i < modules_.size(); ++i) changed = reconcile_one(i, now, effects) || changed;
  }
}

bool Tree::reconcile_one(std::size_t index, MonotonicTime now, Effects& effects) {
  Module& module = modules_[index];
  const State before = module.machine.state;
  if (!should_run(module)) {
    if (before == State::stopped || before == State::draining) return false;
    if (has_process(before) && !may_stop(index)) return false;
    deliver(index, {Event::stop}, shutting_down_ ? "the node stops" : "stop asked for", now, effects);
    return module.machine.state != before;
  }
  if (!has_process(before)) {
    const bool due = before == State::stopped || (module.machine.deadline && *module.machine.deadline <= now);
    if (!due || !may_start(index)) return false;
    deliver(index, {Event::start}, before == State::stopped ? "wanted" : "next attempt", now, effects);
    return true;
  }
  if (!is_up(before)) return false;
  const bool lost = lost_requirement(module) != nullptr;
  module.troubles = static_cast<std::uint8_t>(lost ? module.troubles | bit(Trouble::requirement)
                                                   : module.troubles & ~bit(Trouble::requirement));
  if (module.troubles != 0 && before == State::ready) {
    deliver(index, {Event::degrade}, degraded_cause(module), now, effects);
  } else if (module.troubles == 0 && before == State::degraded) {
    deliver(index, {Event::recover}, "recovered", now, effects);
  }
  return module.machine.state != before;
}

bool Tree::may_stop(std::size_t index) const {
  if (!shutting_down_) return true;
  for (const Module& other : modules_) {
    if (!has_process(other.machine.state) || other.spec.name == modules_[index].spec.name) continue;
    if (other.spec.front && !modules_[index].spec.front) return false;
    for (const auto& requirement : other.spec.requires_) {
      if (requirement.module == index) return false;
    }
  }
  return true;
}

bool Tree::may_start(std::size_t index) const { return lost_requirement(modules_[index]) == nullptr; }

const std::string* Tree::lost_requirement(const Module& module) const {
  for (const auto& requirement : module.spec.requires_) {
    const Module& other = modules_[requirement.module];
    if (!is_up(other.machine.state)) return &other.spec.name;
  }
  return nullptr;
}

std::string Tree::degraded_cause(const Module& module) const {
  if ((module.troubles & ~bit(Trouble::requirement)) != 0) return module.trouble_why;
  const std::string* lost = lost_requirement(module);
  return lost == nullptr ? module.trouble_why : "required module " + *lost + " is down";
}

double Tree::chance() { return static_cast<double>(random_.next64() >> 11) * 0x1p-52 - 1.0; }

}  // namespace status::supervisor
