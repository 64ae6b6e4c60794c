// How far a session follows a peer whose messages are missing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace status::chat {

struct RatchetLimits {
  std::uint32_t skip_per_step = 1'000;  // missing messages of one chain that a single message may reveal
  // Kept in all; the oldest goes first. At most 65,535. More than what may be under way in one direction: 10,000 texts,
  // and as many acknowledgements as come between them in a burst. Hardly ever more than a few are, at 46 bytes each.
  std::size_t skipped_keys = 16'000;
  // A skipped key is forgotten when this many later messages have been decrypted. Counted in messages, as section 2.6
  // allows, because a clock may be wrong.
  std::uint64_t skipped_lifetime = 20'000;
};

}  // namespace status::chat
