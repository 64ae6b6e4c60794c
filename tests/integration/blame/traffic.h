// Front ends that call a node all the time, so that there is something to blame somebody for.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/node.h"

namespace status::test {

class Traffic {
 public:
  struct Work {
    std::string method;
    Value params = Value::Map();
    std::uint32_t deadline_ms = 5'000;
  };
  using InTurn = std::vector<Work>;
  // A front end of its own for each.
  static std::vector<InTurn> each(const std::vector<Work>& works);
  // One front end for each, which makes its calls in turn and waits `pause` between them; errors are what happens to
  // them.
  Traffic(Node& node, const std::vector<InTurn>& front_ends, std::chrono::milliseconds pause);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

 private:
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

// Where a call can be made slow: a method, and one of its stages.
struct Place {
  std::string method;
  std::string stage;
};

// Every stage of every module at which faults strike, each by a method that comes by there.
const std::vector<Place>& every_place();

}  // namespace status::test
