// Which block of a height is taken for the chain's. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/chain/backend.h"

namespace status::chain {

// One endpoint's word on a block.
struct Vote {
  std::string endpoint;
  bool is_proxy = false;  // it verifies what it says
  std::uint64_t number = 0;
  Hash hash{};
};

struct Verdict {
  Hash hash{};
  Verified verified = Verified::none;
  std::vector<std::string> dissenters;  // endpoints that say otherwise of that height
};

// Votes on one height. A proxy's word is enough; else `needed` endpoints have to agree, and then it is `full` if they are
// two or more. Empty when there is no such agreement.
std::optional<Verdict> decide(const std::vector<Vote>& votes, std::size_t needed);

// The highest block that enough endpoints have: of votes on each one's newest. Empty when they are too few.
std::optional<std::uint64_t> common_height(const std::vector<Vote>& heads, std::size_t needed);

}  // namespace status::chain
