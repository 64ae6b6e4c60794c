// How old a message is, without trusting anybody else's clock. Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "services/waku/mesh/config.h"

namespace status::waku::mesh {

inline std::int64_t retention_ms(const Config& config) { return std::chrono::milliseconds(config.retention).count(); }

// Between 0 (also when our clock was set back since it arrived) and what the frame can say.
inline std::uint32_t age_ms(std::int64_t now_ms, std::int64_t arrived_ms) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(now_ms - arrived_ms, 0, kMost));
}

}  // namespace status::waku::mesh
