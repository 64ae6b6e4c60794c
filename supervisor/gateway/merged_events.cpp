#include "supervisor/gateway/merged_events.h"

#include <set>
#include <utility>

#include "ipc/base/codec.h"
#include "supervisor/gateway/follower.h"

namespace status::gateway {
namespace {

constexpr std::size_t kSupervisorMark = 0;

}  // namespace

MergedEvents::MergedEvents(ipc::EventStream& stream, Office& office, const Clock& clock, const Log& log,
                           std::string boot_id)
    : stream_(stream), office_(office), clock_(clock), log_(log), boot_id_(std::move(boot_id)) {
  for (std::size_t index = kSupervisorMark + 1; index < kMarks; ++index) {
    const StreamMark mark = unpack(stream_.mark(index));
    if (!mark.module.empty()) marks_.emplace(mark.module, index);
  }
}

MergedEvents::~MergedEvents() = default;

void MergedEvents::close() { followers_.clear(); }

void MergedEvents::supervisor_event(const ipc::control::SupervisorEvent& event) {
  StreamMark mark = unpack(stream_.mark(kSupervisorMark));
  if (mark.cursor == boot_id_ && event.seq <= mark.seq) return;
  mark.cursor = boot_id_;
  mark.seq = event.seq;
  const Bytes data = encode_msgpack(event.data.is_null() ? Value(Value::Map()) : event.data);
  ipc::EventView view;
  view.time_ms = event.time_ms;
  view.topic = event.topic;
  view.generation = event.generation;
  view.data = data;
  const ipc::EventRing::Mark packed = pack(kSupervisorMark, mark);
  stream_.publish(view, &packed);
}

void MergedEvents::row_changed(std::shared_ptr<Route> route) {
  office_.post([this, route = std::move(route)] { look_at(route); });
}

void MergedEvents::look_at(const std::shared_ptr<Route>& route) {
  const std::shared_ptr<const Row> row = route->row();
  std::unique_ptr<Follower>& follower = followers_[row->name];
  if (follower && (!has_process(*row) || follower->generation() != row->generation)) follower.reset();
  ipc::Client* client = route->quiet();
  if (follower || !is_up(*row) || client == nullptr) return;
  const std::size_t mark = mark_for(row->name);
  if (mark == kMarks) return;
  follower = std::make_unique<Follower>(stream_, mark, row->name, row->generation, clock_, log_);
  // A follower cannot be replaced in a callback of its own.
  follower->start(*client, [this, module = row->name](std::function<void(Follower&)> job) {
    office_.post([this, module, job = std::move(job)] {
      if (const auto found = followers_.find(module); found != followers_.end() && found->second) job(*found->second);
    });
  });
}

std::size_t MergedEvents::mark_for(const std::string& module) {
  if (const auto known = marks_.find(module); known != marks_.end()) return known->second;
  std::set<std::size_t> taken;
  for (const auto& [name, index] : marks_) taken.insert(index);
  std::size_t free = kSupervisorMark + 1;
  while (taken.contains(free)) ++free;
  if (free >= kMarks) {
    log_.warn("events are not merged: too many modules", {{"of", module}});
    return kMarks;
  }
  return marks_.emplace(module, free).first->second;
}

}  // namespace status::gateway
