// What came of a storm: nothing lost, nothing doubled, nobody else harmed, nothing left behind.
#include <algorithm>
#include <map>
#include <set>

#include "ipc/base/codec.h"
#include "tests/bench/figures.h"
#include "tests/chaos/storm.h"
#include "tests/chaos/victims.h"

namespace status::chaos {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kShown = 20;  // failures of one node

// The most there is while nobody says how many.
std::uint64_t undelivered(test::Node& from) {
  const Result<Value> listed = from.front().call("chat.list_conversations");
  const Value* conversations = listed ? listed->find("conversations") : nullptr;
  if (conversations == nullptr || conversations->as_array() == nullptr) return UINT64_MAX;
  std::uint64_t left = 0;
  for (const Value& conversation : *conversations->as_array()) left += conversation.uint_or("undelivered", 1);
  return left;
}

std::size_t repeated(const std::vector<std::string>& texts) {
  return texts.size() - std::set<std::string>(texts.begin(), texts.end()).size();
}

}  // namespace

void Storm::judge() {
  for (Place* place : places_) {
    place->bystander->finish();
    for (const auto& writer : place->writers) {
      const std::vector<Append>& appends = writer->finish();
      place->history.appends.insert(place->history.appends.end(), appends.begin(), appends.end());
      if (!writer->trouble().empty()) say("a writer at " + place->name + " gave up: " + writer->trouble());
    }
    place->history.reads = place->bystander->reads();
  }
  for (Place* place : places_) settle(*place);
  check_history(a_, b_);
  check_history(b_, a_);
  for (Place* place : places_) check_custody(*place);
  check_restarts();
  check_times();
  check_bystanders();
  check_steadiness();
}

// Until nothing that this node has said is on its way any more: what is doubled after that stays unseen by nobody. A
// slow disk may need long for what has piled up, but not for the next one of it.
bool Storm::settle(Place& from) {
  std::uint64_t least = UINT64_MAX;
  auto deadline = std::chrono::steady_clock::now() + 60s;
  for (;;) {
    const std::size_t seen = from.node.events().size();
    const std::uint64_t left = undelivered(from.node);
    if (left == 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (left < least) {
      least = left;
      deadline = now + 60s;
    }
    if (now > deadline) return say(std::to_string(left) + " messages of " + from.name + " do not arrive");
    from.node.events().wait_for_more(seen, 100ms);
  }
}

// What the clients saw at their own node against its conversation, and that against the peer's.
void Storm::check_history(Place& from, Place& at) {
  const Result<std::vector<std::string>> log = test::sent(from.node, conversation_.id);
  if (!log) return static_cast<void>(say(log.error()));
  const Result<std::vector<std::string>> got = test::await_received(at.node, conversation_.id, log->size(), 60s);
  if (!got) return static_cast<void>(say(got.error()));
  const Violations found = check(from.history, *log);
  for (const std::string& violation : found.explained) timeline_.say(from.name + ": " + violation);

  const std::set<std::string> arrived(got->begin(), got->end());
  const auto missing = static_cast<std::size_t>(
      std::ranges::count_if(*log, [&](const std::string& text) { return !arrived.contains(text); }));
  // An event may be missing: what a module had not handed over when it died is announced as a reset instead.
  const std::vector<std::string> heard = test::heard(at.node);
  const bool whole = at.node.events().lagged() == 0 && at.node.events().resets() == 0;
  const auto acknowledged = static_cast<std::uint64_t>(
      std::ranges::count_if(from.history.appends, [](const Append& append) { return append.answered.has_value(); }));
  timeline_.say(from.name + " → " + at.name + ": " + std::to_string(acknowledged) + " acknowledged, " +
                std::to_string(from.history.reads.size()) + " reads: " + std::to_string(found.total()) +
                " violations; of " + std::to_string(log->size()) + " in its database " + std::to_string(missing) +
                " did not arrive, " + std::to_string(repeated(*got)) + " arrived twice, order " +
                (*got == *log ? "kept" : "BROKEN") + "; " + std::to_string(heard.size()) + " announced, " +
                std::to_string(repeated(heard)) + " twice" + (whole ? "" : "; the stream of events has GAPS"));
  report_.acknowledged += acknowledged;
  report_.lost += found.lost + missing;
  report_.doubled += found.doubled + repeated(*got) + repeated(heard);
  report_.unexplained += found.total() - found.lost - found.doubled + (*got == *log ? 0 : 1) + (whole ? 0 : 1);
}

// Everything has arrived: then no module has a message any more.
void Storm::check_custody(Place& place) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  std::uint64_t left = 0;
  Result<Value> told = Value();
  do {
    const std::size_t seen = place.node.events().size();
    told = place.node.front().call("supervisor.custody");
    if (!told) return static_cast<void>(say(told.error()));
    left = told->uint_or("away", 0);
    for (const Value& standing : *told->find("standings")->as_array()) left += standing.uint_or("messages", 0);
    if (left != 0) place.node.events().wait_for_more(seen, 100ms);
  } while (left != 0 && std::chrono::steady_clock::now() < deadline);
  report_.unaccounted += left;
  if (const std::uint64_t lost = told->uint_or("lost_records", 0); lost != 0) {
    timeline_.say(place.name + ": " + std::to_string(lost) + " steps were overwritten unread since its gateway began");
    report_.lost_records += lost;
    timeline_.say(test::read_file(place.node.data_dir() + "/logs/gateway.log"));
  }
  if (left != 0) timeline_.say(place.name + ": not accounted for: " + to_json(*told));
  std::map<std::string, std::uint64_t> overdue;
  for (const auto& event : place.node.events().all(test::EventLog::topic("supervisor.messages_overdue"))) {
    const std::uint64_t messages = event.data.uint_or("messages", 0);
    overdue[event.data.string_or("module", "") + " after " + event.data.string_or("step", "")] += messages;
    report_.overdue += messages;
  }
  for (const auto& [where, messages] : overdue) {
    timeline_.say(place.name + ": " + std::to_string(messages) + " messages stood at " + where + " for over 30 s");
  }
}

void Storm::check_restarts() {
  for (Place* place : places_) {
    const Result<std::vector<test::Row>> rows = place->node.rows();
    if (!rows) return static_cast<void>(say(rows.error()));
    for (const test::Row& row : *rows) {
      // Its last event is here, and so are all before it.
      const auto ready = test::EventLog::state(row.name, "ready", row.generation - 1);
      if (!place->node.events().wait_for(ready, test::kPatience)) say("no event says that " + row.name + " is ready");
      const std::size_t kills = place->kills_of(row.name);
      if (row.restarts == kills) continue;
      say(row.name + " at " + place->name + " restarted " + std::to_string(row.restarts) + " times and was killed " +
          std::to_string(kills) + " times");
      for (const auto& event : place->node.events().all(test::EventLog::state(row.name, "backoff"))) {
        const std::string cause = event.data.string_or("cause", "");
        if (cause != "signal 9 (SIGKILL)") timeline_.say("  it died by itself: " + cause);
      }
      timeline_.say(test::read_file(place->node.data_dir() + "/logs/" + row.name + ".log"));
    }
  }
}

void Storm::check_times() {
  std::size_t in_starting = 0, killed_again = 0;
  for (Place* place : places_) {
    const Aftermath after = aftermath(place->kills, place->node.events());
    std::ranges::copy(after.back_ms, std::back_inserter(report_.back_ms));
    std::ranges::copy(after.born_ms, std::back_inserter(report_.born_ms));
    std::ranges::copy(after.told_ms, std::back_inserter(report_.told_ms));
    in_starting += after.in_starting;
    killed_again += after.killed_again;
    for (const std::string& trouble : after.trouble) say(place->name + ": " + trouble);
  }
  timeline_.say(std::to_string(report_.kills) + " kills, " + std::to_string(pairs_) + " times two at once; " +
                std::to_string(in_starting) + " victims were still starting, " + std::to_string(killed_again) +
                " were killed again before they were ready");
  // Where kills follow each other at once: one in fifty at least, or this is another storm than it says.
  if (plan_.messages_a_kill == 0 && in_starting < report_.kills / 50) say("too few victims were still starting");
}

void Storm::check_bystanders() {
  timeline_.say("excused are calls to a process from its SIGKILL until the gateway shows its successor as up,");
  timeline_.say("and all calls at a node from its gateway's SIGKILL until the next one answers; nothing else");
  Bystander::Counts answered, excused, while_away;
  for (const Place* place : places_) {
    for (const auto& [method, count] : place->bystander->answered()) answered[method] += count;
    for (const auto& [method, count] : place->bystander->excused()) excused[method] += count;
    for (const auto& [module, count] : place->bystander->while_away()) while_away[module] += count;
    const std::vector<std::string>& failed = place->bystander->failures();
    for (std::size_t i = 0; i < std::min(failed.size(), kShown); ++i) timeline_.say(place->name + ": " + failed[i]);
    report_.failures += failed.size();
    std::ranges::copy(place->bystander->slowdown(), std::back_inserter(report_.slowdown));
  }
  for (const auto& [method, count] : answered) {
    timeline_.say("  " + method + ": " + std::to_string(count) + " answered, " + std::to_string(excused[method]) +
                  " excused");
  }
  for (const std::string module : kVictims) {
    const std::size_t kills = a_.kills_of(module) + b_.kills_of(module);
    timeline_.say("  while a " + module + " was away (" + std::to_string(kills) +
                  " kills): " + std::to_string(while_away[module]) + " calls to other modules answered");
    if (while_away[module] < kills) say("that is less than one for each kill");
  }
}

void Storm::check_steadiness() {
  for (Place* place : places_) {
    report_.descriptors_percent = std::max(report_.descriptors_percent, growth_percent(place->descriptors));
    report_.memory_percent = std::max(report_.memory_percent, growth_percent(place->memory));
    timeline_.say("statusd of " + place->name + ": " + std::to_string(bench::percentile(place->descriptors, 0.5)) +
                  " descriptors, " + std::to_string(bench::percentile(place->memory, 0.5)) +
                  " KiB anonymous (medians of " + std::to_string(place->memory.size()) + " looks)");
  }
}

void Storm::tidy() {
  std::vector<std::string> strays;
  for (Place* place : places_) {
    std::ranges::copy(place->node.strays(), std::back_inserter(strays));
    place->writers.clear();
    place->bystander.reset();
    if (!place->node.statusd().statusd().handle().alive()) say("statusd of " + place->name + " is not the one it was");
    if (Status stopped = place->node.stop(); !stopped) say(stopped.error());
  }
  for (Place* place : places_) std::ranges::copy(place->node.strays(), std::back_inserter(strays));
  for (const std::string& stray : strays) timeline_.say("stray: " + stray);
  report_.strays += strays.size();
}

}  // namespace status::chaos
