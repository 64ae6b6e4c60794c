// How long to wait before the next attempt: doubling, with ±20 % so that nodes do not march in step. Any thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "ipc/base/random.h"

namespace status::waku {

// `previous` zero: the first attempt after a link that stood.
inline std::chrono::milliseconds next_backoff(std::chrono::milliseconds previous, std::chrono::milliseconds first,
                                              std::chrono::milliseconds most) {
  return std::min(previous.count() == 0 ? first : 2 * previous, most);
}

inline std::chrono::milliseconds jittered(std::chrono::milliseconds delay, Random& random) {
  const std::int64_t percent = static_cast<std::int64_t>(random.next64() % 41) + 80;
  return delay * percent / 100;
}

}  // namespace status::waku
