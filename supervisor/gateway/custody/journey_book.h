// Which way messages have come, and who has those that have not arrived: put together from the steps that all processes
// have recorded (metrics/custody.h). Plain values in and out; one thread.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "metrics/custody.h"
#include "metrics/flight/record.h"

namespace status::gateway {

// The way of one message. It has chat's name, the network's, or both; one that was sent again has several of the latter.
// There are thousands of them: 350 bytes each.
struct Journey {
  using Id = std::array<std::uint8_t, 16>;
  using Hash = std::array<std::uint8_t, 32>;
  struct Stop {
    std::uint64_t at_ns = 0;       // CLOCK_MONOTONIC; 0: it has not come by there, as far as was recorded
    std::uint32_t generation = 0;  // of the module that did it
    std::uint16_t module = 0;      // which that is: JourneyBook::name_of
    bool implied = false;          // by the step after it, whose time and module it has
  };

  Id message{};              // all zero: unknown
  std::vector<Hash> hashes;  // the newest last, at most kHashes
  std::array<Stop, metrics::kSteps.size()> stops;
  ipc::Trace during;  // of the call that brought it; all zero: unknown
  metrics::Step last = metrics::Step::accepted;
  std::uint16_t holder = 0;  // the module that has to go on, as in Stop; 0: none
  bool counted = true;       // all of it is in the book
  bool open = true;          // it is not over
  bool alive = false;  // something was recorded since the book was opened: what was before may have gone on unseen
  std::bitset<metrics::kSteps.size()> passed;  // steps that were counted

  static constexpr std::size_t kHashes = 4;
  const Stop& stop(metrics::Step step) const { return stops[static_cast<std::size_t>(step)]; }
  Stop& stop(metrics::Step step) { return stops[static_cast<std::size_t>(step)]; }
  bool has_name() const { return message != Id{}; }
  bool is_held() const { return holder != 0; }
  // Stored by another node, and the peer has not said that it has it.
  bool is_away() const { return last == metrics::Step::stored && has_name(); }
};

class JourneyBook {
 public:
  static constexpr std::size_t kMostOpen = 30'000;  // journeys that are not over; the oldest make room
  static constexpr std::size_t kMostOver = 2'000;   // those that are, in 1 MiB
  static constexpr std::size_t kMostModules = 64;   // whatever they write into their recorders; the rest are "_other"
  // A message that has stood at one module for longer has come to a halt there.
  static constexpr std::chrono::seconds kPatience{30};
  // By how much who hands a message over may say so later than the other one says what it did with it.
  static constexpr std::chrono::seconds kLate{1};

  // `began_ns`: messages whose first step was before then, or is missing, are known, but not counted. `passed(step, after_ns)` hears of
  // each step of each counted message once, with the time since the step before.
  using Passed = std::function<void(metrics::Step step, std::uint64_t after_ns)>;
  JourneyBook(std::uint64_t began_ns, Passed passed) : began_ns_(began_ns), passed_(std::move(passed)) {}

  void add(const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord& record);

  // Records of that module are gone unread, up to now: what it had to go on with may have gone on, so it stands nowhere
  // until it is heard of again. The same holds for what others are going to say that they handed it before.
  void lost(const std::string& module, std::uint64_t now_ns);

  // By chat's name, or the first half of the network's. Null: not in the book.
  const Journey* find(const Journey::Id& name) const;

  // Messages that stand at one module, after one step; and those of which nothing was heard since the book was opened are
  // not among them: what became of them may be overwritten.
  struct Standing {
    std::uint64_t count = 0;
    std::uint64_t overdue = 0;        // of them, for longer than kPatience
    const Journey* oldest = nullptr;  // valid until the next add()
  };
  using Place = std::pair<std::string, metrics::Step>;  // the module that has to go on, and what was done last
  std::map<Place, Standing> standings(std::uint64_t now_ns) const;
  std::uint64_t away() const;  // messages that are stored elsewhere, for a peer that has not said that it has them
  // Of a stop or a holder; empty for nobody.
  const std::string& name_of(std::uint16_t module) const { return modules_[module]; }
  // Journeys that had to make room before they were over.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  using List = std::list<Journey>;
  struct IdHash {
    std::size_t operator()(const Journey::Id& id) const;
  };
  using Index = std::unordered_map<Journey::Id, List::iterator, IdHash>;

  List::iterator journey_of(const metrics::flight::StepRecord& record);
  void take_in(List::iterator into, List::iterator other);
  void name(List::iterator journey, const metrics::flight::StepRecord& record);
  void add_hash(List::iterator journey, const Journey::Hash& hash);
  void reach(Journey& journey, metrics::Step step, const Journey::Stop& stop);
  void settle(List::iterator journey);
  std::uint16_t number_of(const std::string& module);
  bool is_certain(const Journey& journey, std::uint64_t at_ns) const;
  void make_room();
  void erase(List& list, List::iterator journey);

  const std::uint64_t began_ns_;
  const Passed passed_;
  std::vector<std::string> modules_{"", "_other"};  // by number
  List open_;                                       // a module has to go on, or the peer; the oldest first, as the next
  List over_;
  Index by_message_;
  Index by_hash_;                                             // the first half
  std::map<std::uint16_t, std::uint64_t> doubtful_until_ns_;  // by holder; 0: those that nobody holds
  std::uint64_t forgotten_ = 0;
};

}  // namespace status::gateway
