// A program on a terminal of its own. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "tests/support/child_process.h"

namespace status::test {

struct TerminalSize {
  unsigned short rows = 0;  // 0: the terminal does not know
  unsigned short columns = 0;
};

class Terminal {
 public:
  // Standard input, output and error are the terminal.
  explicit Terminal(const std::vector<std::string>& arguments, TerminalSize size = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // As keys are pressed; "\033[B" is the one that goes down.
  void type(std::string_view keys);
  // Reads until what the program has written is as wanted. False when it has ended, or the time is up.
  bool wait_until(const std::function<bool(const std::string& output)>& wanted, milliseconds timeout);
  // Reads until the program has ended: its exit code, or minus the signal. Nothing when the time is up.
  std::optional<int> wait(milliseconds timeout);
  // Lines end with a carriage return and a line feed.
  const std::string& output() const { return output_; }
  // It takes whole lines and shows what is typed, as a terminal that no program has taken over.
  bool is_as_ever() const;

 private:
  // False when nothing came until then, or the program has ended.
  bool read_some(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = 0;
  UniqueFd master_;
  std::optional<int> exit_;
  std::string output_;
};

}  // namespace status::test
