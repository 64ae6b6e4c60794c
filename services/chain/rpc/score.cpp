#include "services/chain/rpc/score.h"

#include <algorithm>

namespace status::chain::rpc {
namespace {

constexpr double kNew = 0.2;
constexpr std::uint32_t kMostDoublings = 6;

}  // namespace

void Score::succeeded(std::chrono::nanoseconds took) {
  const double ms = std::chrono::duration<double, std::milli>(took).count();
  latency_ms_ = answers_ == 0 ? ms : latency_ms_ * (1 - kNew) + ms * kNew;
  failure_rate_ *= 1 - kNew;
  in_a_row_ = 0;
  rests_until_ = {};
  ++answers_;
}

void Score::failed(MonotonicTime now) {
  failure_rate_ = failure_rate_ * (1 - kNew) + kNew;
  ++failures_;
  const auto rest = kFirstRest * (1U << std::min(in_a_row_, kMostDoublings));
  ++in_a_row_;
  rests_until_ = std::max(rests_until_, now + std::min<std::chrono::milliseconds>(rest, kLongestRest));
}

void Score::lied(MonotonicTime now) {
  failed(now);
  ++lies_;
  distrusted_until_ = now + kRestAfterLie;
}

}  // namespace status::chain::rpc
