#include "ipc/wire/trace.h"

#include <algorithm>

namespace status::ipc {

Trace Trace::start(Random& random) {
  Trace trace;
  random.fill(trace.trace_id);
  random.fill(trace.span_id);
  return trace;
}

Trace Trace::child(Random& random) const {
  Trace trace = *this;
  random.fill(trace.span_id);
  return trace;
}

std::array<std::uint8_t, Trace::kSize> Trace::pack() const {
  std::array<std::uint8_t, kSize> out;
  auto* next = std::copy(trace_id.begin(), trace_id.end(), out.data());
  next = std::copy(span_id.begin(), span_id.end(), next);
  *next = flags;
  return out;
}

std::optional<Trace> Trace::unpack(ByteView raw) {
  if (raw.size() != kSize) return std::nullopt;
  Trace trace;
  std::copy_n(raw.data(), trace.trace_id.size(), trace.trace_id.data());
  std::copy_n(raw.data() + trace.trace_id.size(), trace.span_id.size(), trace.span_id.data());
  trace.flags = raw[kSize - 1];
  return trace;
}

}  // namespace status::ipc
