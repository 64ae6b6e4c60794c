// How long a test waits for what should come at once, and when it may ask how long something took.
#pragma once

#include <chrono>

namespace status::test {

// Long enough for a loaded machine under a sanitizer; nothing waits for it where all is well.
inline constexpr std::chrono::milliseconds kPatience{20'000};

// A sanitizer makes everything several times slower: times are asserted only without one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace status::test
