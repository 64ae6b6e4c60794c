// A go-waku node of its own process on loopback: what tests/run --waku has built of tests/fixtures/go-waku.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace status::test {

class GoWaku {
 public:
  // `name`: of its files; the same name after a restart is the same node.
  GoWaku(const TempDir& folder, const std::string& name);

  // Returns when its REST server answers. `peer`: another's address, or empty.
  testing::AssertionResult start(const std::string& peer = "");
  // Ends in order. What its REST server knew is forgotten; the store stays.
  void stop();
  void kill();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(rest_port_); }
  std::uint16_t rest_port() const { return rest_port_; }
  const std::string& address() const { return address_; }

 private:
  const std::string folder_;
  const std::string name_;
  const std::uint16_t port_;
  const std::uint16_t rest_port_;
  std::string address_;
  std::optional<ChildProcess> process_;
};

}  // namespace status::test
