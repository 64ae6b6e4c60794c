#include "tests/chaos/bystander.h"

#include <algorithm>

#include "ipc/base/clock.h"
#include "tests/bench/figures.h"

namespace status::chaos {

Bystander::Bystander(test::Node& node, const std::string& conversation, std::atomic<int>& gateways_away)
    : front_(node.open_front()),
      targets_({
          {"gateway", "supervisor.modules", Value::Map()},
          {"keys", "keys.status", Value::Map()},
          {"storage", "storage.space", Value::Map()},
          {"storage", "storage.list", Value::Map()},
          {"waku", "waku.info", Value::Map()},
          {"waku", "waku.store_query", Value::map({{"limit", 5}})},
          {"waku", "waku.subscribe", Value::map({{"content_topics", Value::array({"/test/1/bystander/proto"})}})},
          {"chat", "chat.identity", Value::Map()},
          {"chat", "chat.get_messages", Value::map({{"conversation", conversation}, {"limit", 20}})},
          {"chat", "chat.set_conversation_nickname",
           Value::map({{"conversation", conversation}, {"nickname", "somebody"}})},
      }),
      gateways_away_(gateways_away),
      thread_([this] { run(); }) {}

void Bystander::finish() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Bystander::excuse(const std::string& module, std::int64_t pid) {
  const std::lock_guard lock(mutex_);
  if (module == "gateway" && !struck_.contains(module)) ++gateways_away_;
  struck_[module].insert(pid);
  ++strikes_[module];
}

void Bystander::run() {
  for (std::size_t i = 0; !stop_; ++i) {
    const Target& target = targets_[i % targets_.size()];
    const auto is_away = [&] {
      const std::lock_guard lock(mutex_);
      return away(target.module);
    };
    if (is_away()) look();
    if (!is_away()) (void)call(target);  // it keeps the books
  }
}

std::uint64_t Bystander::strikes(const std::string& module) const {
  const auto of = [&](const std::string& name) {
    const auto found = strikes_.find(name);
    return found == strikes_.end() ? 0 : found->second;
  };
  return of(module) + of("gateway");
}

Result<Value> Bystander::call(const Target& target) {
  std::uint64_t before = 0;
  bool excused = false;
  {
    const std::lock_guard lock(mutex_);
    before = strikes(target.module);
    excused = away(target.module);
  }
  const Moment called = monotonic_ns();
  Result<Value> reply = front_->call(target.method, target.params);
  const Moment answered = monotonic_ns();
  const std::lock_guard lock(mutex_);
  if (reply) {
    ++answered_[target.method];
    ++calls_;
    grown_.notify_all();
    if (!excused && strikes(target.module) == before) {
      (storm_ ? storm_us_ : calm_us_)[target.method].push_back(static_cast<double>(answered - called) / 1'000);
    }
    if (target.method == "chat.get_messages") keep_read(*reply, called, answered);
    if (target.module == "gateway") return reply;
    for (const auto& [module, pids] : struck_) {
      if (module != target.module && module != "gateway") ++while_away_[module];
    }
    if (gateways_away_ > 0 && !struck_.contains("gateway")) ++while_away_["gateway"];
  } else if (excused || strikes(target.module) != before) {
    ++excused_[target.method];
  } else {
    failures_.push_back(target.method + ": " + reply.error().describe());
  }
  return reply;
}

void Bystander::keep_read(const Value& reply, Moment called, Moment answered) {
  const Value* messages = reply.find("messages");
  if (messages == nullptr || messages->as_array() == nullptr) return;
  Read read{.tail = {}, .called = called, .answered = answered};
  for (const Value& message : *messages->as_array()) {
    if (message.bool_or("outgoing", false)) read.tail.push_back(message.string_or("content", ""));
  }
  std::ranges::reverse(read.tail);                            // the newest comes first
  if (!read.tail.empty()) reads_.push_back(std::move(read));  // a page of the peer's alone says nothing of ours
}

bool Bystander::wait_for(std::size_t calls, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return grown_.wait_for(lock, patience, [&] { return calls_ >= calls; });
}

void Bystander::storm_begins() {
  const std::lock_guard lock(mutex_);
  storm_ = true;
}

std::vector<double> Bystander::slowdown() const {
  std::vector<double> out;
  for (const auto& [method, times] : storm_us_) {
    const auto calm = calm_us_.find(method);
    const double usual = calm == calm_us_.end() ? 0 : bench::percentile(calm->second, 0.99);
    for (const double time : times) {
      if (usual > 0) out.push_back(time / usual);
    }
  }
  return out;
}

void Bystander::look() {
  const Result<Value> reply = call(targets_.front());
  const Value* modules = reply ? reply->find("modules") : nullptr;
  if (modules == nullptr || modules->as_array() == nullptr) return;
  const std::lock_guard lock(mutex_);
  for (const Value& row : *modules->as_array()) {
    const std::string state = row.string_or("state", "");
    const bool up = (state == "ready" || state == "degraded") && !row.bool_or("locked", false);
    const auto struck = struck_.find(row.string_or("name", ""));
    if (struck == struck_.end() || !up || struck->second.contains(row.int_or("pid", 0))) continue;
    if (struck->first == "gateway") --gateways_away_;
    struck_.erase(struck);
  }
}

}  // namespace status::chaos
