#include "supervisor/gateway/custody/journey_book.h"

#include <algorithm>
#include <cstring>

namespace status::gateway {
namespace {

using metrics::Step;
using metrics::flight::StepRecord;

std::optional<Step> step_of(std::string_view word) {
  const auto* place = std::ranges::find(metrics::kSteps, word);
  if (place == metrics::kSteps.end()) return std::nullopt;
  return static_cast<Step>(place - metrics::kSteps.begin());
}

Journey::Id half(const Journey::Hash& hash) {
  Journey::Id out;
  std::copy_n(hash.begin(), out.size(), out.begin());
  return out;
}

// Whether a message whose way is known from here on is known whole: what may be missing before it is implied.
bool is_beginning(std::string_view step) {
  return step == "accepted" || step == "encrypted" || step == "handed_to_waku" || step == "received" ||
         step == "handed_to_chat";
}

bool is_inbound(Step step) { return step >= Step::received; }

// Whether a message that stands at `last` goes on with `step`. Records of different processes come in any order, and
// what a death or a failed commit took back begins anew.
bool goes_on(Step last, Step step) {
  if (is_inbound(step) != is_inbound(last)) return false;
  if (step == Step::handed_to_chat) return true;
  if (last == Step::given_up) return step != last && step >= Step::handed_to_waku;
  if (step == Step::given_up) return last < Step::stored;
  return step > last;
}

}  // namespace

std::size_t JourneyBook::IdHash::operator()(const Journey::Id& id) const {
  std::size_t out = 0;  // they are digests: any part is as good as another
  std::memcpy(&out, id.data(), sizeof out);
  return out;
}

void JourneyBook::add(const std::string& module, std::uint64_t generation, const StepRecord& record) {
  const std::optional<Step> step = step_of(record.step);
  if (!step || (record.hash == Journey::Hash{} && record.message == Journey::Id{})) return;
  const List::iterator journey = journey_of(record);
  name(journey, record);
  if (journey->during == ipc::Trace{}) journey->during = record.during;
  const bool fresh = std::ranges::all_of(journey->stops, [](const Journey::Stop& stop) { return stop.at_ns == 0; });
  const Step last = journey->last;
  // Each attempt has its time; else the first counts, whatever is tried again.
  if (last == Step::given_up && *step == Step::handed_to_waku) journey->stop(*step) = {};
  reach(*journey, *step, {record.at_ns, static_cast<std::uint32_t>(generation), number_of(module)});
  const bool goes = fresh || *step == last || goes_on(last, *step);
  if (goes) {
    journey->last = *step;
    journey->holder = record.holder.empty() ? 0 : number_of(record.holder);
  }
  journey->alive |= is_certain(*journey, record.at_ns);
  if (goes) settle(journey);
}

bool JourneyBook::is_certain(const Journey& journey, std::uint64_t at_ns) const {
  const auto doubtful = doubtful_until_ns_.find(journey.holder);
  return at_ns >= began_ns_ && (doubtful == doubtful_until_ns_.end() || at_ns > doubtful->second);
}

std::uint16_t JourneyBook::number_of(const std::string& module) {
  constexpr std::uint16_t kOther = 1;
  const auto known = std::ranges::find(modules_, module);
  if (known == modules_.end() && modules_.size() >= kMostModules) return kOther;
  const auto number = static_cast<std::uint16_t>(known - modules_.begin());
  if (known == modules_.end()) modules_.push_back(module);
  return number;
}

void JourneyBook::lost(const std::string& module, std::uint64_t now_ns) {
  const std::uint16_t number = number_of(module);
  const std::uint64_t until_ns = now_ns + std::chrono::nanoseconds(kLate).count();
  for (const std::uint16_t holder : {number, std::uint16_t{0}}) doubtful_until_ns_[holder] = until_ns;
  for (Journey& journey : open_) journey.alive &= journey.is_held() && journey.holder != number;
}

JourneyBook::List::iterator JourneyBook::journey_of(const StepRecord& record) {
  const auto by_message = record.message == Journey::Id{} ? by_message_.end() : by_message_.find(record.message);
  const auto by_hash = record.hash == Journey::Hash{} ? by_hash_.end() : by_hash_.find(half(record.hash));
  if (by_hash != by_hash_.end()) {
    const List::iterator journey = by_hash->second;
    // One that comes is told apart by its hash alone: sent again, it comes again.
    if (by_message == by_message_.end() || is_inbound(journey->last)) return journey;
    // What the waku module has said of it by its hash came in before chat's word which message that is.
    if (journey != by_message->second && !journey->has_name()) take_in(by_message->second, journey);
  }
  if (by_message != by_message_.end()) return by_message->second;
  open_.push_back({});
  open_.back().counted = record.at_ns >= began_ns_ && is_beginning(record.step);
  return std::prev(open_.end());
}

void JourneyBook::take_in(List::iterator into, List::iterator other) {
  for (std::size_t i = 0; i < other->stops.size(); ++i) {
    if (into->stops[i].at_ns != 0 || other->stops[i].at_ns == 0) continue;
    into->stops[i] = other->stops[i];
    if (into->counted && !other->counted) passed_(static_cast<Step>(i), 0);
    into->passed[i] = true;
  }
  for (const Journey::Hash& hash : other->hashes) {
    by_hash_.erase(half(hash));
    add_hash(into, hash);
  }
  into->alive |= other->alive;
  if (goes_on(into->last, other->last)) {
    into->last = other->last;
    into->holder = other->holder;
  }
  other->hashes.clear();
  erase(other->open ? open_ : over_, other);
  settle(into);
}

void JourneyBook::name(List::iterator journey, const StepRecord& record) {
  if (record.message != Journey::Id{} && !journey->has_name()) {
    journey->message = record.message;
    by_message_.emplace(record.message, journey);
  }
  if (record.hash != Journey::Hash{}) add_hash(journey, record.hash);
}

void JourneyBook::add_hash(List::iterator journey, const Journey::Hash& hash) {
  if (!by_hash_.try_emplace(half(hash), journey).second) return;  // known, or somebody else's
  journey->hashes.push_back(hash);
  if (journey->hashes.size() <= Journey::kHashes) return;
  by_hash_.erase(half(journey->hashes.front()));
  journey->hashes.erase(journey->hashes.begin());
}

void JourneyBook::reach(Journey& journey, Step step, const Journey::Stop& stop) {
  Journey::Stop& known = journey.stop(step);
  if (known.at_ns != 0 && (!known.implied || stop.implied)) return;
  // The process may have died between the step and its record, or the record is not read yet; what comes after says that
  // it was done.
  Journey::Stop implied = stop;
  implied.implied = true;
  if (step == Step::handed_to_waku && journey.has_name()) {
    for (const Step before : {Step::accepted, Step::encrypted}) reach(journey, before, implied);
  }
  if (step == Step::handed_to_chat) reach(journey, Step::received, implied);
  std::uint64_t before_ns = 0;
  for (const Journey::Stop& each : journey.stops) {
    if (each.at_ns <= stop.at_ns) before_ns = std::max(before_ns, each.at_ns);
  }
  known = stop;
  const auto index = static_cast<std::size_t>(step);
  if (!journey.counted || journey.passed[index]) return;
  journey.passed[index] = true;
  passed_(step, before_ns == 0 ? 0 : stop.at_ns - before_ns);
}

void JourneyBook::settle(List::iterator journey) {
  // Each list is in the order in which its journeys came there.
  List& from = journey->open ? open_ : over_;
  journey->open = journey->is_held() || journey->is_away();
  List& to = journey->open ? open_ : over_;
  to.splice(to.end(), from, journey);
  make_room();
}

// The newest, which is the one at hand, stays.
void JourneyBook::make_room() {
  if (over_.size() > kMostOver) erase(over_, over_.begin());
  if (open_.size() <= kMostOpen) return;
  ++forgotten_;
  erase(open_, open_.begin());
}

void JourneyBook::erase(List& list, List::iterator journey) {
  const auto named = by_message_.find(journey->message);
  if (named != by_message_.end() && named->second == journey) by_message_.erase(named);
  for (const Journey::Hash& hash : journey->hashes) by_hash_.erase(half(hash));
  list.erase(journey);
}

const Journey* JourneyBook::find(const Journey::Id& name) const {
  for (const Index* index : {&by_message_, &by_hash_}) {
    if (const auto found = index->find(name); found != index->end()) return &*found->second;
  }
  return nullptr;
}

std::map<JourneyBook::Place, JourneyBook::Standing> JourneyBook::standings(std::uint64_t now_ns) const {
  constexpr std::uint64_t kPatienceNs = std::chrono::nanoseconds(kPatience).count();
  std::map<Place, Standing> out;
  for (const Journey& journey : open_) {
    if (!journey.alive || !journey.is_held()) continue;
    Standing& standing = out[{name_of(journey.holder), journey.last}];
    const std::uint64_t since = journey.stop(journey.last).at_ns;
    ++standing.count;
    if (now_ns > since + kPatienceNs) ++standing.overdue;
    if (standing.oldest == nullptr || since < standing.oldest->stop(journey.last).at_ns) standing.oldest = &journey;
  }
  return out;
}

std::uint64_t JourneyBook::away() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(open_, [](const Journey& journey) { return journey.alive && !journey.is_held(); }));
}

}  // namespace status::gateway
