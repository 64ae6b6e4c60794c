#include "tests/unit/supervisor/tree_world.h"

namespace status::supervisor {

TreeWorld::TreeWorld(std::uint64_t seed) : dice_(seed), random_(seed ^ 0x9e37) {
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
  books_.resize(count);
  announced_.resize(count, State::stopped);
  tree_.emplace(std::move(modules), random_);
}

std::string TreeWorld::run() {
  apply(tree_->tick(now()));
  for (int i = 0; i < 150 && broken_.empty(); ++i) fault();
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (tree_->state(i) == State::paused) command(i, Operation::resume);
    command(i, Operation::start);
    apply(tree_->on_trouble_over(i, Trouble::own_word, now()));
  }
  faults_ = false;
  for (int i = 0; i < 2'000 && !all_ready() && broken_.empty(); ++i) advance();
  if (broken_.empty() && !all_ready()) broken_ = "every wanted module is ready once faults stop";
  apply(tree_->shut_down(now()));
  for (int i = 0; i < 2'000 && !tree_->all_down() && broken_.empty(); ++i) advance();
  for (std::size_t i = 0; i < processes_.size(); ++i) require(!processes_[i].alive, "a shutdown ends", i);
  return broken_;
}

bool TreeWorld::all_ready() const {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (tree_->state(i) != State::ready) return false;
  }
  return true;
}

void TreeWorld::require(bool holds, const char* invariant, std::size_t module) {
  if (!holds && broken_.empty()) broken_ = tree_->name(module) + ": " + invariant;
}

void TreeWorld::apply(const Effects& effects) {
  for (const Effect& effect : effects) {
    Process& process = processes_[effect.module];
    switch (effect.action) {
      case Action::spawn:
        spawn(effect.module);
        break;
      case Action::none:
      case Action::spare:
        break;
      case Action::drain:
      case Action::resume_drain:
        require(process.alive, "who is asked to stop is there", effect.module);
        process.drained = true;
        break;
      case Action::kill:
      case Action::abort:
        require(process.alive, "who is killed is there", effect.module);
        process.dying = true;
        break;
      case Action::suspend:
      case Action::resume:
      case Action::thaw:
        require(process.alive, "who is paused or resumed is there", effect.module);
        break;
    }
    if (effect.from == State::starting && effect.to == State::ready) books_[effect.module].ready_since = now();
    announced_[effect.module] = effect.to;
  }
}

void TreeWorld::spawn(std::size_t module) {
  Process& process = processes_[module];
  Books& books = books_[module];
  require(!process.alive, "at most one incarnation", module);
  for (const auto& requirement : specs_[module].requires_) {
    require(is_up(announced_[requirement.module]), "what it requires is up when it starts", module);
  }
  require(!books.not_before || *books.not_before <= now(), "a used budget waits for the cap", module);
  require(!books.misconfigured, "exit 78 is not started again", module);
  books.ready_since.reset();
  process = {.alive = true};
  process.stubborn = faults_ && chance(5);
  if (!faults_ || !chance(6)) process.ready_at = now() + milliseconds(static_cast<int>(pick(faults_ ? 12'000 : 100)));
}

void TreeWorld::die(std::size_t module, bool misconfigured) {
  processes_[module].alive = false;
  keep_books_of_death(module, misconfigured);
  apply(tree_->on_exit(module, {.clean = processes_[module].drained, .misconfigured = misconfigured, .cause = "exit"},
                       now()));
}

void TreeWorld::keep_books_of_death(std::size_t module, bool misconfigured) {
  const RestartPolicy& policy = specs_[module].rules.restart;
  Books& books = books_[module];
  books.not_before.reset();
  if (processes_[module].drained) return;  // it was asked to
  books.misconfigured = misconfigured;
  if (misconfigured) return;
  if (books.ready_since && now() - *books.ready_since >= RestartPolicy::kShortLife) {
    books.short_lives.clear();
    books.used_up = false;
    return;
  }
  books.short_lives.push_back(now());
  std::erase_if(books.short_lives, [&](MonotonicTime at) { return now() - at > RestartPolicy::kBudgetWindow; });
  books.used_up = books.used_up || (policy.budget > 0 && books.short_lives.size() >= policy.budget);
  if (!books.used_up) return;
  books.not_before = now() + std::chrono::duration_cast<milliseconds>(policy.delay_cap * (1 - RestartPolicy::kJitter)) -
                     milliseconds(1);
}

void TreeWorld::command(std::size_t module, Operation operation) {
  // Before the tree has heard it: its answer may be the start.
  if (operation == Operation::start || operation == Operation::restart) {
    Books& books = books_[module];
    books.not_before.reset();
    books.misconfigured = books.used_up = false;
    books.short_lives.clear();
  }
  if (auto effects = tree_->command(module, operation, now())) apply(*effects);
}

void TreeWorld::let_processes_act() {
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

void TreeWorld::advance() {
  clock_.advance(milliseconds(1 + static_cast<int>(pick(500))));
  let_processes_act();
  apply(tree_->tick(now()));
}

void TreeWorld::fault() {
  advance();
  const std::size_t module = pick(processes_.size());
  const bool alive = processes_[module].alive;
  switch (pick(8)) {
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
      apply(chance(2) ? tree_->on_frozen(module, "stopped", now()) : tree_->on_thawed(module, now()));
      break;
    case 6:
      command(module, static_cast<Operation>(pick(5)));
      break;
    default:
      if (chance(10)) clock_.advance(std::chrono::minutes(pick(5)));
  }
}

}  // namespace status::supervisor
