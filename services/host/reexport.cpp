#include "services/host/reexport.h"

#include <algorithm>

#include "ipc/base/metric_pattern.h"

namespace status::host {
namespace {

enum Outcome : std::size_t { kOk, kMalformed, kTooLarge, kUnreachable };
constexpr std::array<const char*, Reexport::kOutcomes> kOutcomeWords = {"ok", "malformed", "too_large", "unreachable"};

Outcome outcome_of(const Result<metrics::ParsedText>& reading) {
  if (reading) return kOk;
  if (reading.error().code == Code::resource_exhausted) return kTooLarge;
  return reading.error().reason == "metrics.bad_text" ? kMalformed : kUnreachable;
}

}  // namespace

Reexport::Reexport(metrics::Registry& registry, std::vector<std::string> patterns, const Clock& clock,
                   MetricsSource source)
    : registry_(registry), patterns_(std::move(patterns)), clock_(clock), source_(std::move(source)) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    readings_[i] = registry.counter("status_reexport_readings_total", "Readings of the backend's own metrics.",
                                    {{"outcome", kOutcomeWords[i]}});
  }
  const metrics::Gauge shown = registry.gauge("status_reexport_series", "Series of the backend that are shown.");
  const metrics::Gauge left_out =
      registry.gauge("status_reexport_left_out_series", "Series of the backend for which the module has no room.");
  registry.add_collector([state = state_, &clock, shown, left_out](metrics::Snapshot& snapshot) {
    const std::lock_guard lock(state->mutex);
    const bool fresh = state->read_at && clock.monotonic() - *state->read_at <= kMostAge;
    if (fresh) snapshot.insert(snapshot.end(), state->last.families.begin(), state->last.families.end());
    shown.set(fresh ? static_cast<double>(metrics::series_count(state->last.families)) : 0);
    left_out.set(fresh ? static_cast<double>(state->last.left_out) : 0);
    state->wanted = !state->ending;
    state->changed.notify_all();
  });
  thread_ = std::thread([this] { read_when_asked(); });
}

Reexport::~Reexport() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    state_->read_at.reset();
    state_->changed.notify_all();
  }
  thread_.join();
}

void Reexport::read_when_asked() {
  std::unique_lock lock(state_->mutex);
  while (true) {
    state_->changed.wait(lock, [this] { return state_->wanted || state_->ending; });
    if (state_->ending) return;
    state_->wanted = false;
    lock.unlock();
    Result<metrics::ParsedText> reading = read();
    readings_[outcome_of(reading)].add();
    lock.lock();
    if (state_->ending) return;
    state_->read_at = reading ? std::optional(clock_.monotonic()) : std::nullopt;
    state_->last = std::move(reading).value_or(metrics::ParsedText());
  }
}

Result<metrics::ParsedText> Reexport::read() const {
  const Result<std::string> text = source_();
  if (!text) return fail(text.error());
  const auto wanted = [this](std::string_view name) {
    const auto names = [&](const std::string& pattern) { return matches_metric(pattern, name); };
    return !is_own_metric(name) && std::ranges::any_of(patterns_, names);
  };
  metrics::TextLimits limits;
  limits.series = registry_.room();
  return metrics::parse_text(*text, wanted, limits);
}

}  // namespace status::host
