// A real node: anvil, as npm brings it, on a port of this machine. One thread.
#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "tests/support/child_process.h"

namespace status::test {

class Anvil {
 public:
  // Runs, with one block mined: of its first one it says no right root. `port` 0: any.
  explicit Anvil(int port = 0);

  int port() const { return port_; }
  std::string url() const { return name() + "/"; }
  // By another name, as if it were another one: both agree.
  std::string twin_url() const { return "http://localhost:" + std::to_string(port_) + "/"; }
  std::string name() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // A call as it is; throws std::runtime_error when that fails.
  Value rpc(const std::string& method, Value::Array params = {}) const;
  // Several in one request; their results.
  std::vector<Value> rpc_all(const std::string& method, const std::vector<Value::Array>& params) const;
  void mine(int blocks = 1) const;
  // Of its own accounts, which it signs for.
  std::string account(std::size_t index) const;
  // As its account signs it, not sent. `fields` over the defaults of a transfer.
  std::string sign(std::size_t from, const Value& fields) const;
  // Signed, sent and, since it mines at once, in a block: its receipt.
  Value send(std::size_t from, const Value& fields) const;

  // It answers nobody until it is replaced.
  void freeze() const { process_->signal(SIGSTOP); }
  // Another one, with an empty chain, on the same port.
  void replace();

 private:
  void start();

  std::unique_ptr<ChildProcess> process_;
  int port_;
  std::vector<std::string> accounts_;
};

}  // namespace status::test
