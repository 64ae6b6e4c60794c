#include "supervisor/statusd/gateway_link.h"

namespace status::supervisor {

using namespace ipc::control;

namespace {

// Leaves room in the channel for pings and answers.
constexpr std::size_t kEnoughQueued = ControlChannel::kMaxQueued / 2;

}  // namespace

GatewayLink::GatewayLink(std::string boot_id, std::size_t modules, Rows rows)
    : boot_id_(std::move(boot_id)), modules_(modules), rows_(std::move(rows)) {}

void GatewayLink::attach(ControlChannel& channel) {
  channel_ = &channel;
  sent_ = 0;
  ping_ = 0;
  changed_.clear();
  send_all();
  flush();
}

void GatewayLink::send_all() {
  if (sample_) channel_->send(*sample_);
  Modules all{.boot_id = boot_id_, .modules = {}};
  std::size_t bytes = 0;
  for (std::size_t module = 0; module < modules_; ++module) {
    ModuleChanged row{rows_(module)};
    const std::size_t size = encode(row).size();
    if (bytes + size > kMaxLineBytes / 2) {
      channel_->send(row);
    } else {
      bytes += size;
      all.modules.push_back(std::move(row.row));
    }
  }
  channel_->send(all);
}

void GatewayLink::detach() { channel_ = nullptr; }

void GatewayLink::restore(std::vector<SupervisorEvent> events, std::uint64_t last_event) {
  events_.assign(std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  last_seq_ = last_event;
}

void GatewayLink::row_changed(std::size_t module) {
  changed_.insert(module);
  flush();
}

void GatewayLink::row_changed(std::size_t module, std::string topic, std::int64_t time_ms, std::uint64_t generation,
                              Value data) {
  changed_.insert(module);
  event(std::move(topic), time_ms, generation, std::move(data));
}

void GatewayLink::event(std::string topic, std::int64_t time_ms, std::uint64_t generation, Value data) {
  if (events_.size() == kMaxEvents) {
    events_.pop_front();
    if (sent_ > 0) --sent_;
    ++lost_;
  }
  events_.push_back({++last_seq_, std::move(topic), time_ms, generation, std::move(data)});
  flush();
}

void GatewayLink::sample(const SupervisorSample& sample) {
  sample_ = sample;
  if (channel_ != nullptr && channel_->queued_bytes() < kEnoughQueued) channel_->send(sample);
}

void GatewayLink::ping_sent(std::uint64_t n) {
  ping_ = n;
  seq_at_ping_ = sent_ == 0 ? 0 : events_[sent_ - 1].seq;
}

void GatewayLink::ping_answered(std::uint64_t n) {
  if (n != ping_) return;
  while (sent_ > 0 && events_.front().seq <= seq_at_ping_) {
    events_.pop_front();
    --sent_;
  }
  flush();
}

void GatewayLink::flush() {
  if (channel_ == nullptr) return;
  while (queue_some()) channel_->write();
}

bool GatewayLink::queue_some() {
  const std::size_t before = channel_->queued_bytes();
  while (!changed_.empty() && channel_->queued_bytes() < kEnoughQueued) {
    const std::size_t module = *changed_.begin();
    // What is too long now stays so: it must not hold up the rest.
    if (channel_->queue(ModuleChanged{rows_(module)}) == ControlChannel::Sent::no_room) break;
    changed_.erase(module);
  }
  if (lost_ > 0 && events_.size() < kMaxEvents) {
    const std::uint64_t lost = lost_;
    lost_ = 0;
    const auto time_ms = events_.empty() ? 0 : events_.back().time_ms;
    events_.push_back({++last_seq_, "supervisor.events_lost", time_ms, 0, Value::map({{"count", lost}})});
  }
  while (sent_ < events_.size() && channel_->queued_bytes() < kEnoughQueued) {
    if (channel_->queue(events_[sent_]) == ControlChannel::Sent::no_room) break;
    ++sent_;
  }
  return channel_->queued_bytes() > before;
}

}  // namespace status::supervisor
