// A program under test: started, read line by line, signalled and waited for, always with a deadline and never by
// sleeping. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/unique_fd.h"

namespace status::test {

using std::chrono::milliseconds;

// A handle on any living process, also one that is nobody's child.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid);
  pid_t pid() const { return pid_; }
  bool alive() const { return !wait_gone(milliseconds(0)); }
  bool wait_gone(milliseconds timeout) const;  // true once it is dead
  void signal(int number) const;

 private:
  pid_t pid_;
  UniqueFd pidfd_;
};

// Killed and reaped by the destructor, and killed by the kernel when this process ends without one, whatever ends it:
// its standard input is a pipe in which nothing ever comes and whose other end only this process has. A fork of this
// process has it too and keeps the child alive.
class ChildProcess {
 public:
  enum class Errors { with_output, apart };

  // Standard output and error come through one pipe, unless they are kept apart. `descriptors`: the child's number of
  // each, and ours; one for 0 is given in place of the pipe that ties the child to this process.
  explicit ChildProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {},
                        Errors errors = Errors::with_output, const std::map<int, int>& descriptors = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return handle_->pid(); }
  const ProcessHandle& handle() const { return *handle_; }
  void signal(int number) const { handle_->signal(number); }
  // The exit code, or minus the signal. Nothing when the time is up.
  std::optional<int> wait(milliseconds timeout);

  // The next line, in order of writing, that contains `part`; lines before it count as read. Nothing when the time is
  // up or the output has ended.
  std::optional<std::string> wait_for_line(const std::string& part, milliseconds timeout);
  // Everything that was read so far, for failure messages and for checks in any order.
  const std::string& output() const { return output_; }
  // Reads to the end; for after the exit.
  const std::string& read_all();
  // What it has written to standard error, when that is apart.
  std::string errors() const;

 private:
  bool read_more(int timeout_ms);

  std::optional<ProcessHandle> handle_;
  std::optional<int> exit_;
  UniqueFd lifeline_;
  UniqueFd pipe_;
  UniqueFd errors_;  // a file in memory: nobody has to read it for the program to go on
  std::string output_;
  std::size_t searched_ = 0;
};

// True once the file exists.
bool wait_for_file(const std::string& path, milliseconds timeout);

}  // namespace status::test
