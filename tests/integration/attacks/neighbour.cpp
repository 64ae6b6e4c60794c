#include "tests/integration/attacks/neighbour.h"

#include <utility>

#include "tests/bench/figures.h"

namespace status::test {
namespace {

// So many that the slowest of a hundred says something.
constexpr std::size_t kLeastCalls = 300;

}  // namespace

Neighbour::Neighbour(Node& node, std::string method)
    : front_(node.open_front()), method_(std::move(method)), thread_([this] { run(); }) {}

void Neighbour::run() {
  while (!stop_) {
    const auto asked = bench::Clock::now();
    const Result<Value> reply = front_->call(method_);
    const double took = bench::ms_since(asked);
    const std::lock_guard lock(mutex_);
    now_ms_.push_back(took);
    if (!reply) failures_.push_back(reply.error().describe());
    grown_.notify_all();
  }
}

std::vector<std::string> Neighbour::failures() {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::size_t Neighbour::measured() {
  const std::lock_guard lock(mutex_);
  return now_ms_.size();
}

std::vector<double> Neighbour::take(std::size_t least) {
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, kPatience, [&] { return now_ms_.size() >= least; });
  return std::exchange(now_ms_, {});
}

void Neighbour::attack_begins() {
  calm_ms_ = take(kLeastCalls);
  const std::lock_guard lock(mutex_);
  failures_.clear();  // on a loaded machine its first call may have come before its connection
}

void Neighbour::finish() {
  if (!thread_.joinable()) return;
  attacked_ms_ = take(kLeastCalls);
  stop_ = true;
  thread_.join();
}

double Neighbour::calm_p99_ms() const { return bench::percentile(calm_ms_, 0.99); }

double Neighbour::attacked_p99_ms() const { return bench::percentile(attacked_ms_, 0.99); }

}  // namespace status::test
