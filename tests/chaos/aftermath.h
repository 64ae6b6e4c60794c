// What became of the kills, as the events of the node's supervisor tell it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/event_log.h"

namespace status::chaos {

struct Kill {
  std::string module;
  std::int64_t pid = 0;
  std::int64_t at_ms = 0;  // just before the signal
  MonotonicTime at = {};   // the same moment
};

struct Aftermath {
  std::vector<double> back_ms;       // kill → its successor is ready
  std::vector<double> born_ms;       // kill → its successor runs, but without those that waited for another module
  std::vector<double> told_ms;       // kill → the front end knows, while its gateway lives
  std::size_t in_starting = 0;       // victims that were not ready yet
  std::size_t killed_again = 0;      // successors that died before they were ready
  std::vector<std::string> trouble;  // kills that no event explains, successors that did not come
};

// Once everything is ready again. `kills`: all of that node, in their order.
Aftermath aftermath(const std::vector<Kill>& kills, const test::EventLog& events);

}  // namespace status::chaos
