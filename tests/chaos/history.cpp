#include "tests/chaos/history.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace status::chaos {
namespace {

constexpr std::int64_t kNowhere = -1;

// An operation that is over, and how far into the log it has seen or reached.
struct Reached {
  Moment answered = 0;
  std::int64_t place = kNowhere;
  std::string what;
};

class Checker {
 public:
  Checker(const History& history, const std::vector<std::string>& log) : history_(history), log_(log) {}

  Violations run() {
    number_the_log();
    check_appends();
    locate_reads();
    check_order();
    return std::move(out_);
  }

 private:
  void say(std::uint64_t& kind, const std::string& what) {
    if (++kind == 1) out_.explained.push_back(what);
  }

  void number_the_log() {
    std::unordered_map<std::string, Moment> called;
    for (const Append& append : history_.appends) called.emplace(append.text, append.called);
    Moment latest = 0;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const auto place = static_cast<std::int64_t>(i);
      const auto [at, fresh] = places_.emplace(log_[i], place);
      if (!fresh) {
        say(out_.doubled,
            "\"" + log_[i] + "\" is in the log at " + std::to_string(at->second) + " and at " + std::to_string(place));
      }
      const auto known = called.find(log_[i]);
      if (known == called.end()) say(out_.foreign, "\"" + log_[i] + "\" is in the log, and nobody appended it");
      latest = std::max(latest, known == called.end() ? 0 : known->second);
      latest_call_.push_back(latest);
    }
  }

  std::int64_t place_of(const std::string& text) const {
    const auto found = places_.find(text);
    return found == places_.end() ? kNowhere : found->second;
  }

  void check_appends() {
    for (const Append& append : history_.appends) {
      const std::int64_t place = place_of(append.text);
      if (!append.answered) continue;
      if (place == kNowhere) {
        say(out_.lost, "\"" + append.text + "\" was acknowledged and is not in the log");
      } else {
        done_.push_back({*append.answered, place, "\"" + append.text + "\" was acknowledged"});
      }
    }
  }

  void locate_reads() {
    for (const Read& read : history_.reads) {
      std::int64_t last = kNowhere;
      bool whole = true;
      for (const std::string& text : read.tail) {
        const std::int64_t place = place_of(text);
        if (place == kNowhere || (last != kNowhere && place != last + 1)) {
          whole = false;
          say(out_.torn, "a read has \"" + text + "\", which is not in the log behind what it has before that");
          break;
        }
        last = place;
      }
      seen_.push_back(whole ? last : std::numeric_limits<std::int64_t>::max());
      if (!whole || last == kNowhere) continue;
      if (latest_call_[static_cast<std::size_t>(last)] > read.answered) {
        say(out_.early, "a read up to \"" + read.tail.back() +
                            "\" was answered before that or something ahead of it was "
                            "appended");
      }
      done_.push_back({read.answered, last, "\"" + read.tail.back() + "\" was read"});
    }
  }

  // Whatever begins after something is over lies behind it.
  void check_order() {
    struct Begun {
      Moment called;
      std::int64_t place;
      bool read;
      std::string what;
    };
    std::vector<Begun> begun;
    for (const Append& append : history_.appends) {
      if (const std::int64_t place = place_of(append.text); place != kNowhere) {
        begun.push_back({append.called, place, false, "\"" + append.text + "\" was appended"});
      }
    }
    for (std::size_t i = 0; i < history_.reads.size(); ++i) {
      begun.push_back({history_.reads[i].called, seen_[i], true, "a read was called"});
    }
    std::ranges::sort(begun, {}, &Begun::called);
    std::ranges::sort(done_, {}, &Reached::answered);
    const Reached* furthest = nullptr;
    auto next = done_.cbegin();
    for (const Begun& operation : begun) {
      for (; next != done_.cend() && next->answered < operation.called; ++next) {
        if (furthest == nullptr || next->place > furthest->place) furthest = &*next;
      }
      if (furthest == nullptr) continue;
      // An append has a place of its own; a read may see again what was seen.
      const bool behind = operation.read ? operation.place < furthest->place : operation.place <= furthest->place;
      if (!behind) continue;
      if (operation.read) {
        say(out_.stale, "a read saw the log up to " + std::to_string(operation.place) + ", and before it began " +
                            furthest->what + ", which is at " + std::to_string(furthest->place));
      } else {
        say(out_.reordered, operation.what + " at " + std::to_string(operation.place) + ", and before that began " +
                                furthest->what + ", which is at " + std::to_string(furthest->place));
      }
    }
  }

  const History& history_;
  const std::vector<std::string>& log_;
  std::unordered_map<std::string, std::int64_t> places_;
  std::vector<Moment> latest_call_;  // of all entries up to each place
  std::vector<std::int64_t> seen_;   // by read: the place of its newest entry
  std::vector<Reached> done_;
  Violations out_;
};

}  // namespace

void History::add(const History& more) {
  appends.insert(appends.end(), more.appends.begin(), more.appends.end());
  reads.insert(reads.end(), more.reads.begin(), more.reads.end());
}

Violations check(const History& history, const std::vector<std::string>& log) { return Checker(history, log).run(); }

}  // namespace status::chaos
