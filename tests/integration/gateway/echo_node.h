// A node of real processes with the modules echo_a and echo_b (tests/fixtures/echo_module.cpp), and nothing else.
#pragma once

#include <future>
#include <string>

#include "tests/support/process_node.h"

namespace status::test {

class EchoNode {
 public:
  // Restarts are neither delayed nor counted: these tests kill more often than the default policy allows.
  explicit EchoNode(std::vector<std::string> settings = {});

  Status start() { return node_.start(); }
  ProcessNode& operator*() { return node_; }
  ProcessNode* operator->() { return &node_; }

  // Calls without waiting for the answer.
  std::future<Result<ipc::Response>> begin(const std::string& method, std::uint32_t deadline_ms,
                                           const Value& params = Value::Map());
  // Fills the workers of echo_a with calls of `method`, which never returns, and its queue behind them, so that it
  // hangs.
  std::vector<std::future<Result<ipc::Response>>> hang_in(const std::string& method);

  // `statusctl <words>`: its exit code, and what it prints.
  std::optional<int> statusctl(const std::vector<std::string>& words, std::string* output = nullptr);
  // `last_crash` of `statusctl why echo_a`, once there is the record of that generation.
  Value explain_death(std::uint64_t generation);

 private:
  ProcessNode node_;
};

// The names of all functions on a thread of a crash record, a line each.
std::string functions_of(const Value& thread);

}  // namespace status::test
