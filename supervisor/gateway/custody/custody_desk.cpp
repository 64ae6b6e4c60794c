#include "supervisor/gateway/custody/custody_desk.h"

#include <algorithm>
#include <cstdio>

#include "ipc/base/words.h"
#include "supervisor/gateway/office_method.h"

namespace status::gateway {
namespace {

using metrics::Step;

constexpr std::chrono::milliseconds kLooking{1'000};

const std::vector<double>& step_bounds() {
  static const std::vector<double> bounds{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 120};
  return bounds;
}

std::uint64_t ms_since(std::uint64_t at_ns) {
  const std::uint64_t now_ns = monotonic_ns();
  return now_ns > at_ns ? (now_ns - at_ns) / 1'000'000 : 0;
}

std::string name_of(const Journey& journey) {
  if (journey.has_name()) return to_hex(journey.message);
  return journey.hashes.empty() ? std::string() : to_hex(journey.hashes.back());
}

// The first 16 bytes of a name: chat's whole, or half of the network's.
std::optional<Journey::Id> parse(std::string_view name) {
  if (name.starts_with("0x")) name.remove_prefix(2);
  const std::optional<Bytes> bytes = from_hex(name);
  if (!bytes || (bytes->size() != 16 && bytes->size() != 32)) return std::nullopt;
  Journey::Id out;
  std::copy_n(bytes->begin(), out.size(), out.begin());
  return out;
}

std::vector<FindMessage::Stop> stops_of(const Journey& journey, const JourneyBook& book, const Clock& clock) {
  std::vector<std::pair<Step, Journey::Stop>> in_order;
  for (std::size_t i = 0; i < journey.stops.size(); ++i) {
    if (journey.stops[i].at_ns != 0) in_order.emplace_back(static_cast<Step>(i), journey.stops[i]);
  }
  std::ranges::stable_sort(in_order, {}, [](const auto& each) { return each.second.at_ns; });
  std::vector<FindMessage::Stop> out;
  std::uint64_t before_ns = 0;
  for (const auto& [step, stop] : in_order) {
    out.push_back({std::string(metrics::to_word(step)), book.name_of(stop.module), stop.generation,
                   clock.unix_ms() - static_cast<std::int64_t>(ms_since(stop.at_ns)),
                   before_ns == 0 ? 0 : (stop.at_ns - before_ns) / 1'000});
    before_ns = stop.at_ns;
  }
  return out;
}

std::string standing_of(const Journey& journey, std::uint64_t for_ms) {
  if (journey.is_held()) return std::chrono::milliseconds(for_ms) > JourneyBook::kPatience ? "overdue" : "here";
  switch (journey.last) {
    case Step::given_up:
      return "given_up";
    case Step::refused:
      return "refused";
    case Step::acknowledged:
    case Step::committed:
    case Step::passed_over:
      return "delivered";
    default:
      return "away";  // at other nodes, whoever reads it there
  }
}

std::string why_of(const FindMessage::Reply& reply) {
  if (reply.standing == "delivered") return "it has arrived";
  if (reply.standing == "refused")
    return "it came, and was of no use: see `chat.errors` and `statusctl quarantine list`";
  if (reply.standing == "given_up") return "no node has stored it in ten minutes";
  if (reply.standing == "away") {
    return reply.id.empty() ? "other nodes have it; nobody is expected to say that it was read"
                            : "other nodes store it, and the peer has not said that it has it: it may be away";
  }
  return reply.holder + " has to go on with it, and has not for " + std::to_string(reply.for_ms / 1'000) + " s";
}

}  // namespace

CustodyDesk::CustodyDesk(const Tools& tools)
    : tools_(tools),
      book_(monotonic_ns(), [this](Step step, std::uint64_t after_ns) { passed(step, after_ns); }),
      away_(tools.registry.gauge("status_custody_away_messages",
                                 "Messages that other nodes store and whose peer has not acknowledged them.")) {
  for (std::size_t i = 0; i < metrics::kSteps.size(); ++i) {
    const metrics::Labels step{{"step", std::string(metrics::kSteps[i])}};
    messages_[i] = tools.registry.counter("status_custody_messages_total", "Messages that came through a step.", step);
    seconds_[i] = tools.registry.histogram(
        "status_custody_step_seconds", "From the step before, of single messages, to this one.", step_bounds(), step);
  }
  tools_.office.every(kLooking, [this] { look(); });
}

void CustodyDesk::serve(ipc::Server& server) {
  serve_in<FindMessage>(tools_.office, server, [this](const FindMessage::Request& request) { return find(request); });
  serve_in<Custody>(tools_.office, server, [this](const Custody::Request& request) { return custody(request); });
}

void CustodyDesk::lost(const std::string& module, const metrics::flight::Reader::Marks& records,
                       std::uint64_t after_ms) {
  count_lost(module, "call", records.calls);
  count_lost(module, "step", records.steps);
  if (records.steps == 0) return;
  book_.lost(module, monotonic_ns());
  lost_ += records.steps;
  tools_.log.warn("steps of messages were overwritten unread",
                  {{"module", module}, {"steps", records.steps}, {"after_ms", after_ms}});
}

void CustodyDesk::count_lost(const std::string& module, const std::string& kind, std::uint64_t records) {
  if (records == 0) return;
  tools_.registry
      .counter("status_flight_lost_records_total", "Records that were overwritten before they were read.",
               {{"of", module}, {"kind", kind}})
      .add(static_cast<double>(records));
}

void CustodyDesk::passed(Step step, std::uint64_t after_ns) {
  const auto index = static_cast<std::size_t>(step);
  ++passed_[index];
  messages_[index].add();
  if (after_ns != 0) seconds_[index].observe(std::chrono::nanoseconds(after_ns));
}

void CustodyDesk::look() {
  const std::map<JourneyBook::Place, JourneyBook::Standing> standings = book_.standings(monotonic_ns());
  for (const auto& [place, standing] : standings) {
    if (shown_.contains(place)) continue;
    const metrics::Labels labels{{"module", place.first}, {"step", std::string(metrics::to_word(place.second))}};
    shown_[place] = {tools_.registry.gauge("status_custody_waiting_messages",
                                           "Messages that the module has to go on with, by the last step.", labels),
                     tools_.registry.gauge("status_custody_overdue_messages",
                                           "Of these, those that have stood there for more than 30 s.", labels)};
  }
  for (auto& [place, shown] : shown_) {
    const auto known = standings.find(place);
    const JourneyBook::Standing standing = known == standings.end() ? JourneyBook::Standing{} : known->second;
    shown.waiting.set(static_cast<double>(standing.count));
    shown.overdue.set(static_cast<double>(standing.overdue));
    if (std::exchange(shown.is_overdue, standing.overdue != 0) != shown.is_overdue) tell(place, standing);
  }
  away_.set(static_cast<double>(book_.away()));
}

void CustodyDesk::tell(const JourneyBook::Place& place, const JourneyBook::Standing& standing) {
  MessagesOverdueEvent event;
  event.module = place.first;
  event.owner = owner_of(place.first);
  event.step = metrics::to_word(place.second);
  event.messages = standing.overdue;
  if (standing.overdue != 0) event.oldest = name_of(*standing.oldest);
  const Result<Bytes> encoded = api::encode(event);
  if (encoded) tools_.events.publish("supervisor.messages_overdue", *encoded);
  if (standing.overdue == 0) {
    return tools_.log.info("messages go on", {{"module", event.module}, {"step", event.step}});
  }
  tools_.log.warn("messages stand still", {{"module", event.module},
                                           {"owner", event.owner},
                                           {"step", event.step},
                                           {"messages", event.messages},
                                           {"oldest", event.oldest}});
}

std::string CustodyDesk::owner_of(const std::string& module) const {
  const std::shared_ptr<Route> route = tools_.routes.find(module);
  return route ? route->row()->owner : "";
}

Result<FindMessage::Reply> CustodyDesk::find(const FindMessage::Request& request) {
  const std::optional<Journey::Id> name = parse(request.name);
  if (!name) {
    return fail(Code::invalid_argument, "supervisor.bad_message_name",
                in_quotes(request.name) +
                    ": it must be the 32 hex digits of a message_id or a trace, or the 64 of a message_hash");
  }
  const Journey* journey = book_.find(*name);
  if (journey == nullptr) {
    return fail(Code::not_found, "supervisor.unknown_message",
                "no module has recorded " + in_quotes(request.name) +
                    " since the gateway started, or it is over and not among the newest " +
                    std::to_string(JourneyBook::kMostOver));
  }
  FindMessage::Reply reply;
  if (journey->has_name()) reply.id = to_hex(journey->message);
  for (const Journey::Hash& hash : journey->hashes) reply.hashes.push_back(to_hex(hash));
  if (!journey->hashes.empty()) reply.delivery_trace = to_hex(ByteView(journey->hashes.back()).first(16));
  if (journey->during != ipc::Trace{}) reply.call_trace = journey->during.id_hex();
  reply.stops = stops_of(*journey, book_, tools_.clock);
  const auto slowest = std::ranges::max_element(reply.stops, {}, &FindMessage::Stop::after_us);
  if (slowest != reply.stops.end() && slowest->after_us != 0) reply.slowest = slowest->step;
  reply.for_ms = ms_since(journey->stop(journey->last).at_ns);
  reply.standing = standing_of(*journey, reply.for_ms);
  reply.holder = book_.name_of(journey->holder);
  reply.owner = owner_of(reply.holder);
  reply.why = why_of(reply);
  return reply;
}

Result<Custody::Reply> CustodyDesk::custody(const Custody::Request& /*request*/) {
  Custody::Reply reply;
  for (std::size_t i = 0; i < passed_.size(); ++i)
    reply.passed.push_back({std::string(metrics::kSteps[i]), passed_[i]});
  for (const auto& [place, standing] : book_.standings(monotonic_ns())) {
    const Journey& oldest = *standing.oldest;
    reply.standings.push_back({place.first, owner_of(place.first), std::string(metrics::to_word(place.second)),
                               standing.count, standing.overdue, ms_since(oldest.stop(oldest.last).at_ns),
                               name_of(oldest)});
  }
  reply.away = book_.away();
  reply.lost_records = lost_;
  return reply;
}

}  // namespace status::gateway
