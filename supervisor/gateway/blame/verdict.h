// Why a stage of a module takes what it takes, in a word and in a sentence with the figures that decided it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "supervisor/gateway/blame/ledger.h"
#include "supervisor/gateway/blame/use_history.h"

namespace status::gateway {

// One row of the blame table, before and now. Both windows are as long.
struct Evidence {
  std::string module;
  std::string_view stage;
  Ledger::Cell now;
  Ledger::Cell before;
  const Ledger::Window& window_now;
  const Ledger::Window& window_before;  // without calls: there is no history
  const UseHistory::Uses& use;          // growth within the window
};

struct Verdict {
  // demand_rose | slower | starved | blocked | remote | unanswered | steady | no_history
  std::string_view word;
  std::string why;
};

Verdict judge(const Evidence& evidence);

// rising | falling | steady | new: what front ends waited there, against the window before.
std::string_view trend_of(const Evidence& evidence);

}  // namespace status::gateway
