#include "supervisor/gateway/follower.h"

#include <utility>

#include "ipc/base/codec.h"

namespace status::gateway {
namespace {

const std::string kOldest = "0";

}  // namespace

Follower::Follower(ipc::EventStream& merged, std::size_t mark, std::string module, std::uint64_t generation,
                   const Clock& clock, const Log& log)
    : merged_(merged),
      index_(mark),
      module_(std::move(module)),
      generation_(generation),
      clock_(clock),
      log_(log),
      mark_(unpack(merged.mark(mark))) {
  mark_.module = module_;
  if (mark_.cursor.empty()) mark_.cursor = kOldest;
}

void Follower::start(ipc::Client& client, Home home) {
  client_ = &client;
  home_ = std::move(home);
  subscribe();
}

void Follower::subscribe() {
  subscription_.reset();
  subscription_ = std::make_unique<ipc::Subscription>(
      *client_, ipc::SubscriptionOptions{.method = module_ + ".events.next", .cursor = mark_.cursor},
      [this](const api::StreamReply& page, const ipc::Subscription::Resume& resume) { on_page(page, resume); },
      [this](const Error& error) { on_error(error); });
}

void Follower::on_error(const Error& error) {
  if (error.code == Code::unimplemented) {
    // A module without events; its next incarnation is asked again.
    home_([](Follower& self) { self.subscription_.reset(); });
  } else if (error.reason == "ipc.bad_cursor") {
    begin_anew("unreadable_cursor");
  }
}

void Follower::on_page(const api::StreamReply& page, const ipc::Subscription::Resume& resume) {
  if (page.reset) return begin_anew("restarted");
  if (page.lagged != 0) publish_reset("lagged", page.lagged);
  copy(page);
  resume();
}

void Follower::begin_anew(const std::string& reason) {
  mark_.cursor = kOldest;
  mark_.generation = 0;
  mark_.seq = 0;
  publish_reset(reason, 0);
  home_([](Follower& self) { self.subscribe(); });
}

void Follower::copy(const api::StreamReply& page) {
  // Only "0" names no incarnation: what it led to before a crash may be another stream than what it leads to now.
  if (mark_.cursor == kOldest && mark_.seq != 0 && !page.events.empty() &&
      page.events.front().generation > mark_.generation && page.events.front().seq <= mark_.seq) {
    mark_.seq = 0;
    publish_reset("restarted", 0);
  }
  for (const api::StreamEvent& event : page.events) {
    if (is_copied(event)) continue;
    // The last one takes the cursor along: one commit less.
    publish(event, &event == &page.events.back() ? page.cursor : mark_.cursor);
  }
  if (mark_.cursor == page.cursor) return;
  mark_.cursor = page.cursor;
  merged_.set_mark(pack(index_, mark_));
}

bool Follower::is_copied(const api::StreamEvent& event) const { return event.seq <= mark_.seq; }

void Follower::publish(const api::StreamEvent& event, const std::string& cursor) {
  mark_.cursor = cursor;
  mark_.generation = event.generation;
  mark_.seq = event.seq;
  const Bytes data = encode_msgpack(event.data.as_map() == nullptr ? Value(Value::Map()) : event.data);
  // A topic belongs to who publishes it.
  const std::string topic = event.topic.starts_with(module_ + ".") ? event.topic : module_ + "." + event.topic;
  ipc::EventView view;
  view.time_ms = event.time_ms;
  view.topic = topic;
  view.generation = event.generation;
  if (event.trace) view.trace = ipc::Trace::unpack(event.trace->view());
  view.data = data;
  const ipc::EventRing::Mark packed = pack(index_, mark_);
  if (merged_.publish(view, &packed).empty()) {
    log_.warn("an event is too large for the merged stream", {{"topic", topic}, {"bytes", std::uint64_t{data.size()}}});
  }
}

void Follower::publish_reset(const std::string& reason, std::uint64_t lost) {
  const Bytes data = encode_msgpack(Value::map({{"reason", reason}, {"lost", lost}}));
  const std::string topic = module_ + ".reset";
  ipc::EventView view;
  view.time_ms = clock_.unix_ms();
  view.topic = topic;
  view.generation = generation_;
  view.data = data;
  const ipc::EventRing::Mark packed = pack(index_, mark_);
  merged_.publish(view, &packed);
}

}  // namespace status::gateway
