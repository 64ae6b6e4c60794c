#include "tests/chaos/writer.h"

#include "ipc/base/clock.h"

namespace status::chaos {

Writer::Writer(test::Node& node, std::string conversation, std::string name)
    : front_(node.open_front()),
      conversation_(std::move(conversation)),
      name_(std::move(name)),
      thread_([this] { run(); }) {}

const std::vector<Append>& Writer::finish() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  return appends_;
}

std::string Writer::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::size_t Writer::count() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

bool Writer::wait_for(std::size_t count, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, patience, [&] { return acknowledged_ >= count || !trouble_.empty(); });
  return acknowledged_ >= count;
}

void Writer::run() {
  for (int i = 1; !stop_; ++i) {
    const std::string text = name_ + " " + std::to_string(i);
    const Moment called = monotonic_ns();
    const Result<Value> reply = front_->insist(
        "chat.send_message", Value::map({{"conversation", conversation_}, {"content", text}}), text, test::kPatience);
    const Moment answered = monotonic_ns();
    const std::lock_guard lock(mutex_);
    appends_.push_back({text, called, reply ? std::optional(answered) : std::nullopt});
    if (reply) {
      ++acknowledged_;
    } else {
      trouble_ = text + ": " + reply.error().describe();
      stop_ = true;
    }
    grown_.notify_all();
  }
}

}  // namespace status::chaos
