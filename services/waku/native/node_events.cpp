#include <algorithm>

#include "ipc/api/convert.h"
#include "services/native/api.h"
#include "services/waku/native/node.h"

namespace status::waku::native {
namespace {

using std::chrono::milliseconds;

// Between two notes of where the service need not look again, and of a hash that is wrong.
constexpr milliseconds kPositions{5'000};
constexpr milliseconds kNotices{60'000};
// A store has messages by their senders' clocks, which may be behind.
constexpr std::uint64_t kOverlapNs = 300'000'000'000;
constexpr milliseconds kFirstCatchUp{2'000};
constexpr milliseconds kLastCatchUp{300'000};

}  // namespace

void Node::on_page(const api::StreamReply& page, ipc::Subscription::Resume resume) {
  // What is known of the connection ends here and when the library goes away, and not when it is there again: its first
  // events may come before what is asked of it.
  if (page.reset || page.lagged != 0) {
    connection_known_ = false;
    if (attached_) ask_connection();
  }
  if (page.reset) {  // another process, whose events are wanted from the first on
    follow();
    return check();
  }
  counters_.lost_events += page.lagged;
  if (page.lagged != 0) miss();
  for (const api::StreamEvent& event : page.events) on_event(event);
  for (ReceivedMessage& message : outgoing_.take_foreign()) deliver(std::move(message));
  when_drained([this, resume = std::move(resume)] {
    if (!position_at_ || parts_.clock.monotonic() >= *position_at_) report_position();
    resume();
  });
  if (watermark_.has_gap() && attached_ && !catch_up_.running() && !catch_up_at_) begin_catch_up();
}

void Node::on_event(const api::StreamEvent& event) {
  const auto said = api::from_value<status::native::LibraryEvent>(event.data, api::Mode::lenient);
  if (!said) return void(++counters_.unreadable);
  counters_.lost_events += said->lost;
  if (said->lost != 0) miss();
  Result<NodeEvent> read = read_event(said->name, said->text);
  if (!read) {
    ++counters_.unreadable;
    return parts_.events.on_notice(read.error().message);
  }
  if (Arrival* const arrival = std::get_if<Arrival>(&*read)) {
    on_arrival(std::move(*arrival), event.time_ms);
  } else if (const Progress* const progress = std::get_if<Progress>(&*read)) {
    outgoing_.on_progress(*progress);
  } else if (const Connection* const connection = std::get_if<Connection>(&*read)) {
    connection_known_ = true;
    set_connection(*connection);
  } else if (const Responding* const responding = std::get_if<Responding>(&*read)) {
    parts_.health("library", responding->responds ? std::nullopt
                                                  : std::optional<std::string>("the library's loop does not respond"));
  }
}

void Node::on_arrival(Arrival arrival, std::int64_t time_ms) {
  const auto topic = topics_.find(arrival.message.content_topic);
  // The stream may begin before the subscription.
  if (topic == topics_.end() || static_cast<std::uint64_t>(time_ms + 1) * 1'000'000 < topic->second) {
    return void(++counters_.unwanted);
  }
  if (arrival.pubsub_topic.empty()) {
    const Result<Shard> shard = autoshard(arrival.message.content_topic, parts_.settings.network);
    if (shard) arrival.pubsub_topic = shard->pubsub_topic;
  }
  ReceivedMessage message{message_hash(arrival.pubsub_topic, arrival.message), std::move(arrival.pubsub_topic),
                          std::move(arrival.message), 0};
  if (arrival.claimed && *arrival.claimed != message.hash) return say_wrong_hash();
  if (!outgoing_.keep_own(message)) deliver(std::move(message));
}

void Node::say_wrong_hash() {
  ++counters_.wrong_hashes;
  const MonotonicTime now = parts_.clock.monotonic();
  if (wrong_hash_said_ && now < *wrong_hash_said_ + kNotices) return;
  wrong_hash_said_ = now;
  parts_.events.on_notice(
      "a message is left out: it has not the hash that the library says. Is waku.native.preset the network that its "
      "node "
      "is in?");
}

void Node::set_connection(Connection connection) {
  if (connection == Connection::disconnected) miss();
  if (connection_known_) {
    static constexpr const char* kWhy[] = {"no peer is connected", "few peers are connected"};
    const auto rank = static_cast<std::size_t>(connection);
    parts_.health("network", rank < 2 ? std::optional<std::string>(kWhy[rank]) : std::nullopt);
  }
  if (connection == connection_) return;
  connection_ = connection;
  parts_.events.on_connection(connection);
  if (connection != Connection::disconnected) begin_catch_up();
}

// The change itself was missed, or there has been none that this process could see.
void Node::ask_connection() {
  if (!facts_->has("waku_get_connected_peers_info")) return;
  list_peers([this](const Result<std::vector<LibraryPeer>>& peers) {
    if (!peers || connection_known_) return;
    set_connection(peers->empty() ? Connection::disconnected : Connection::partially_connected);
  });
}

void Node::deliver(ReceivedMessage message) {
  waiting_.push_back(std::move(message));
  drain();
}

void Node::drain() {
  while (!blocked_ && !waiting_.empty()) {
    waiting_.front().position = watermark_.next(now_ns());
    blocked_ = !parts_.events.on_message(waiting_.front());
    if (blocked_) break;
    ++counters_.delivered;
    waiting_.pop_front();
  }
  if (!waiting_.empty()) return;
  for (const std::function<void()>& work : std::exchange(when_drained_, {})) work();
}

void Node::when_drained(std::function<void()> work) {
  when_drained_.push_back(std::move(work));
  drain();
}

void Node::resume() {
  blocked_ = false;
  drain();
}

void Node::report_position() {
  if (watermark_.has_gap() || !waiting_.empty()) return;
  parts_.events.on_position(watermark_.reached(now_ns()));
  position_at_ = parts_.clock.monotonic() + kPositions;
}

void Node::miss() {
  watermark_.open_gap();
  missed_again_ = catch_up_.running();
}

void Node::begin_catch_up() {
  if (!attached_ || !watermark_.has_gap() || catch_up_.running()) return;
  if (connection_known_ && connection_ == Connection::disconnected) return;  // the gap still grows
  catch_up_at_.reset();
  missed_again_ = false;
  if (!facts_->has("waku_store_query")) {
    if (!topics_.empty()) parts_.events.on_notice("the library asks no store: what was missed stays so");
    watermark_.close_gap();
    return report_position();
  }
  const auto window = static_cast<std::uint64_t>(std::chrono::nanoseconds(parts_.settings.catch_up).count());
  const std::uint64_t now = now_ns();
  const std::uint64_t gap = watermark_.gap_from();
  std::uint64_t from = gap > kOverlapNs ? gap - kOverlapNs : 0;
  from = std::max(from, now > window ? now - window : 0);
  std::map<std::string, std::int64_t> wanted;
  for (const auto& [topic, since] : topics_) wanted[topic] = static_cast<std::int64_t>(std::max(from, since));
  ++counters_.catch_ups;
  catch_up_.run(wanted, parts_.settings.network,
                [this](const Status& outcome, std::uint64_t found) { caught_up(outcome, found); });
}

void Node::caught_up(const Status& outcome, std::uint64_t found) {
  counters_.caught_up += found;
  if (!outcome) {
    ++counters_.catch_up_failures;
    if (catch_up_pause_ == milliseconds(0)) {
      parts_.events.on_notice("what was missed is not asked of a store yet: " + outcome.error().message);
    }
    catch_up_pause_ = std::clamp(catch_up_pause_ * 2, kFirstCatchUp, kLastCatchUp);
    catch_up_at_ = parts_.clock.monotonic() + catch_up_pause_;
    return;
  }
  catch_up_pause_ = {};
  if (missed_again_) {
    catch_up_at_ = parts_.clock.monotonic();
    return;
  }
  watermark_.close_gap();
  report_position();
}

}  // namespace status::waku::native
