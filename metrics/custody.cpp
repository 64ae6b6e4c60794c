#include "metrics/custody.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/wire/trace_scope.h"

namespace status::metrics {
namespace {

template <std::size_t N>
void copy(ByteView from, std::array<std::uint8_t, N>& to) {
  std::copy_n(from.begin(), std::min(from.size(), N), to.begin());
}

}  // namespace

struct CustodyLog::Parts {
  Counter& counter(std::size_t step) {
    std::call_once(once[step], [this, step] {
      counters[step] = registry.counter("status_custody_steps_total", "Steps of messages that this module recorded.",
                                        {{"step", std::string(kSteps[step])}});
    });
    return counters[step];
  }

  Registry& registry;
  const std::string module;
  std::array<std::once_flag, kSteps.size()> once = {};
  std::array<Counter, kSteps.size()> counters = {};
  std::array<flight::Recorder::Name, kSteps.size()> names = {};
  flight::Recorder* recorder = nullptr;
};

CustodyLog::CustodyLog(Registry& registry, std::string module) : parts_(new Parts{registry, std::move(module)}) {}

void CustodyLog::keep_flights(flight::Recorder& recorder) {
  for (std::size_t i = 0; i < kSteps.size(); ++i) parts_->names[i] = recorder.name(kSteps[i]);
  parts_->recorder = &recorder;
}

void CustodyLog::note(Step step, const MessageNames& message, std::uint64_t at_ns) const {
  if (parts_) record(step, message, parts_->module, at_ns);
}

void CustodyLog::record(Step step, const MessageNames& message, std::string_view holder, std::uint64_t at_ns) const {
  if (!parts_) return;
  const auto index = static_cast<std::size_t>(step);
  parts_->counter(index).add();
  if (parts_->recorder == nullptr) return;
  flight::Recorder::Step entry;
  entry.step = parts_->names[index];
  entry.held = !holder.empty();
  if (entry.held) entry.holder = parts_->recorder->name(holder);
  entry.at_ns = at_ns != 0 ? at_ns : monotonic_ns();
  copy(message.hash, entry.hash);
  copy(message.id, entry.message);
  entry.during = ipc::TraceScope::current();
  parts_->recorder->add_step(entry);
}

}  // namespace status::metrics
