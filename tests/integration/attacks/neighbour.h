// Another client of the node that is being attacked: it calls all the while, and holds every failure against the node.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/node.h"

namespace status::test {

// Any thread.
class Neighbour {
 public:
  // Calls `method`, without parameters, one call after another.
  Neighbour(Node& node, std::string method);
  ~Neighbour() { finish(); }

  // What was measured so far, of some hundred calls at least, is the calm.
  void attack_begins();
  // Returns after some hundred calls under attack.
  void finish();

  // How many calls were measured since the last take().
  std::size_t measured();
  // What they took, in milliseconds, once there are so many; and from here on anew.
  std::vector<double> take(std::size_t least);

  // So far.
  std::vector<std::string> failures();
  // After finish().
  double calm_p99_ms() const;
  double attacked_p99_ms() const;

 private:
  void run();

  std::unique_ptr<FrontDoor> front_;
  const std::string method_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable grown_;
  std::vector<double> now_ms_;
  std::vector<std::string> failures_;
  std::atomic<bool> stop_ = false;
  std::vector<double> calm_ms_;      // attack_begins()
  std::vector<double> attacked_ms_;  // finish()
  std::thread thread_;
};

}  // namespace status::test
