// Whom a storm kills: every process of a node but statusd.
#pragma once

#include <array>

namespace status::chaos {

inline constexpr std::array kVictims = {"gateway", "keys", "storage", "waku", "chat"};

}  // namespace status::chaos
