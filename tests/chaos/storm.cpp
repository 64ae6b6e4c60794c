#include "tests/chaos/storm.h"

#include <algorithm>
#include <csignal>

#include "ipc/base/clock.h"
#include "tests/chaos/victims.h"

namespace status::chaos {
namespace {

constexpr std::uint64_t kLongestVolley = 4;
constexpr std::uint64_t kMessagesBetween = 8;  // of one client, between two kills, at most
constexpr std::uint64_t kPauseMs = 48;         // no kill waits longer for a client that is held up
// Calm is long where the disk is slow: half of the readers' calls wait for it behind those of the writers.
constexpr std::chrono::seconds kCalmPatience{900};

}  // namespace

std::size_t Storm::Place::kills_of(const std::string& module) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(kills, [&](const Kill& kill) { return kill.module == module; }));
}

// Not by its pid: in a long storm a successor has the number of one that was killed before.
bool Storm::Place::killed(const test::Row& row) const { return row.restarts < kills_of(row.name); }

StormReport Storm::run() {
  if (!prepare() || !begin()) return report_;
  while (report_.kills < plan_.kills && plan_.has_time()) {
    if (!volley() || !recover()) return report_;
    look_at_statusd();
  }
  if (!reach(plan_.messages_a_kill * report_.kills)) return report_;
  judge();
  tidy();
  return report_;
}

bool Storm::prepare() {
  timeline_.say("restart.backoff_ms=0 restart.budget=0 for this storm; the default policy has its own test");
  for (Place* place : places_) {
    if (Status started = place->node.start(); !started) return say(started.error());
  }
  if (Status linked = test::link(a_.node, b_.node); !linked) return say(linked.error());
  Result<test::Conversation> conversation = test::converse(a_.node, b_.node);
  if (!conversation) return say(conversation.error());
  conversation_ = *conversation;
  // B learns of the conversation with the first message.
  const Moment called = monotonic_ns();
  if (Status first = test::say(a_.node, conversation_, "A 0", "A 0"); !first) return say(first.error());
  a_.history.appends.push_back({"A 0", called, monotonic_ns()});
  const Result<std::vector<std::string>> there = test::await_received(b_.node, conversation_.id, 1);
  return there ? there->size() == 1 : say(there.error());
}

bool Storm::begin() {
  for (std::size_t i = 0; i < plan_.writers; ++i) {
    Place& place = *places_[i % places_.size()];
    const std::string name = place.name + std::to_string(i / places_.size() + 1);
    place.writers.push_back(std::make_unique<Writer>(place.node, conversation_.id, name));
  }
  for (Place* place : places_) {
    place->bystander = std::make_unique<Bystander>(place->node, conversation_.id, gateways_away_);
  }
  for (Place* place : places_) {
    if (!place->bystander->wait_for(plan_.calm_calls, kCalmPatience)) return say("calls are answered too slowly");
  }
  for (Place* place : places_) place->bystander->storm_begins();
  timeline_.say(std::to_string(plan_.writers) + " clients write, 2 read; the storm begins");
  return true;
}

bool Storm::volley() {
  const std::size_t until = std::min(plan_.kills, report_.kills + 1 + draw(kLongestVolley));
  while (report_.kills < until) {
    // Somewhere in the traffic, or in the middle of what the kill before has left.
    const Place& place = *places_[draw(places_.size())];
    Writer& traffic = *place.writers[draw(place.writers.size())];
    if (!reach(plan_.messages_a_kill * (report_.kills + 1))) return false;
    const std::size_t messages = 1 + draw(kMessagesBetween);
    traffic.wait_for(traffic.count() + messages, std::chrono::milliseconds(draw(kPauseMs + 1)));
    const bool two = ++strikes_ % 10 == 0 && report_.kills + 2 <= plan_.kills;
    if (!strike(two ? 2 : 1)) return false;
  }
  return true;
}

// So many are acknowledged, of all clients together.
bool Storm::reach(std::size_t messages) {
  for (;;) {
    std::size_t all = 0;
    Writer* last = nullptr;
    for (Place* place : places_) {
      for (const auto& writer : place->writers) {
        all += writer->count();
        if (last == nullptr || writer->count() < last->count()) last = writer.get();
      }
    }
    if (all >= messages) return true;
    // The others go on meanwhile.
    if (!last->wait_for(last->count() + 1, test::kPatience)) return say("a client is held up: " + last->trouble());
  }
}

bool Storm::strike(std::size_t count) {
  std::vector<Victim> victims;
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  while (victims.size() < count) {
    Place* place = places_[draw(places_.size())];
    const std::string module = kVictims[draw(kVictims.size())];
    std::optional<test::ProcessHandle> process = place->node.process_of(module);
    const bool taken = process && std::ranges::any_of(victims, [&](const Victim& victim) {
                         return victim.process.pid() == process->pid();
                       });
    if (process && !taken) victims.push_back({place, module, std::move(*process)});
    if (std::chrono::steady_clock::now() > deadline) return say("there is nothing left to kill");
  }
  for (const Victim& victim : victims) {
    victim.place->bystander->excuse(victim.module, victim.process.pid());
    victim.place->kills.push_back(
        {victim.module, victim.process.pid(), SystemClock().unix_ms(), std::chrono::steady_clock::now()});
  }
  for (const Victim& victim : victims) victim.process.signal(SIGKILL);
  for (const Victim& victim : victims) {
    if (!victim.process.wait_gone(test::kPatience)) return say(victim.module + " does not die");
    if (++report_.kills % 50 == 0) timeline_.say(std::to_string(report_.kills) + " kills");
  }
  pairs_ += victims.size() - 1;
  return true;
}

// All of it is back, and messages flow.
bool Storm::recover() {
  for (Place* place : places_) {
    const Status back =
        place->node.await_rows([&](const test::Row& row) { return test::usable(row) && !place->killed(row); });
    if (!back) return say(place->name + ": " + back.error().describe() + "\n" + place->node.report());
  }
  for (Place* place : places_) {
    for (const auto& writer : place->writers) {
      if (!writer->wait_for(writer->count() + 1, test::kPatience)) {
        return say(place->name + " sends nothing any more: " + writer->trouble());
      }
    }
  }
  return true;
}

void Storm::look_at_statusd() {
  for (Place* place : places_) {
    const pid_t statusd = place->node.statusd().statusd().pid();
    const auto descriptors = descriptors_of(statusd);
    const auto memory = anonymous_kib_of(statusd);
    if (!descriptors || !memory) {
      say("statusd of " + place->name + " is gone, or hides its descriptors");
      continue;
    }
    place->descriptors.push_back(*descriptors);
    place->memory.push_back(*memory);
  }
}

bool Storm::say(const std::string& trouble) {
  timeline_.say("error: " + trouble);
  ++report_.troubles;
  return false;
}

}  // namespace status::chaos
