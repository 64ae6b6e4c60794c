// A program on a terminal of its own. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "tests/support/child_process.h"

namespace status::test {

class Terminal {
 public:
  // Standard input, output and error are the terminal.
  explicit Terminal(const std::vector<std::string>& arguments);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Reads until the program has ended: its exit code, or minus the signal. Nothing when the time is up.
  std::optional<int> wait(milliseconds timeout);
  // Lines end with a carriage return and a line feed.
  const std::string& output() const { return output_; }

 private:
  pid_t pid_ = 0;
  UniqueFd master_;
  std::optional<int> exit_;
  std::string output_;
};

}  // namespace status::test
