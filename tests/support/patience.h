// How long a test waits for what should come at once.
#pragma once

#include <chrono>

namespace status::test {

// Long enough for a loaded machine under a sanitizer; nothing waits for it where all is well.
inline constexpr std::chrono::milliseconds kPatience{20'000};

}  // namespace status::test
