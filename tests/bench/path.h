// A way for a call to go there and back, and what is measured of it.
#pragma once

#include <functional>

#include "ipc/base/bytes.h"

namespace status::bench {

// Any thread may start a call; `done` runs on the path's own thread, or on the caller's.
class Path {
 public:
  virtual ~Path() = default;
  virtual void start(ByteView payload, std::function<void()> done) = 0;
  // Calls a second with so many in flight.
  virtual double rate(ByteView payload, int calls, int in_flight);
};

struct Sample {
  double p50_us = 0;
  double p99_us = 0;
  double rate = 0;  // calls a second with kInFlight in flight
};
inline constexpr int kInFlight = 64;

// One call at a time after some that warm up, then kInFlight at a time.
Sample measure(Path& path, std::size_t payload_bytes);

}  // namespace status::bench
