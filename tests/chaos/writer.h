// Load in one direction: numbered messages, each acknowledged or repeated under its idempotency key.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/history.h"
#include "tests/support/node.h"

namespace status::chaos {

class Writer {
 public:
  // Sends from now on, as fast as it is answered: "a 1", "a 2", …
  Writer(test::Node& node, std::string conversation, std::string name);
  ~Writer() { finish(); }

  // Sends no more; what it has sent, in order. The node's gateway is there by then.
  const std::vector<Append>& finish();

  // Any thread. Why it gave up, or empty.
  std::string trouble() const;
  // How many are acknowledged.
  std::size_t count() const;
  // False when there are not so many in time, or it has given up.
  bool wait_for(std::size_t count, std::chrono::milliseconds patience);

 private:
  void run();

  std::unique_ptr<test::FrontDoor> front_;
  const std::string conversation_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<Append> appends_;
  std::size_t acknowledged_ = 0;
  std::string trouble_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace status::chaos
