// Whether this is a build with a sanitizer, which needs more of the kernel than a module is given.
#pragma once

namespace status::supervisor {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace status::supervisor
