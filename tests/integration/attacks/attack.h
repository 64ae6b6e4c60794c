// What every attack is held against: the attacker got nothing, it was counted and said once, and the node and its other
// clients were not harmed. The last is asserted at the end of each test by itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/attacks/neighbour.h"
#include "tests/integration/gateway/echo_node.h"
#include "tests/support/raw_client.h"

namespace status::test {

class Attack : public testing::Test {
 protected:
  // "Not affected", on a loaded machine under a sanitizer; the figures are printed.
  static constexpr double kUnaffectedMs = 1'000;

  // The node runs, with echo_a and echo_b, and somebody else calls echo_b all the while.
  void start(std::vector<std::string> settings = {});
  // Every process is the one that start() left, all calls of the neighbour were answered, and the node stops in order.
  void TearDown() override;
  // For a test that restarts one on purpose: from here on all processes stay what they are.
  void these_are_the_processes() { before_ = incarnations(); }

  ProcessNode& node() { return **node_; }
  std::string front_socket() { return node().data_dir() + "/run/supervisor.sock"; }
  std::string socket_of(const std::string& module) { return node().data_dir() + "/run/" + module + "/rpc.sock"; }
  // The local user's credential.
  ipc::Credential token() { return node().token(); }
  std::string token_text();

  // A call of a front end with that credential and without anything else: "ok", or the reason of its error.
  std::string verdict(const std::optional<ipc::Credential>& credential, std::string_view method = "supervisor.hello");
  // A call straight to a module's socket.
  std::string verdict_at(const std::string& module, const std::optional<ipc::Credential>& credential,
                         std::string_view method);

  // How often that process has refused something with that reason.
  double refusals(const std::string& process, const std::string& reason);
  // How often that process's log has a denial with that reason; waits for the first.
  int said(const std::string& process, const std::string& reason);

  // An attacker of its own process (tests/fixtures/attacker.cpp), and the line with which it begins.
  ChildProcess& attack(std::vector<std::string> words);
  std::string first_line(ChildProcess& attacker);

  // Anonymous memory.
  double kib_of(const std::string& module);

  std::optional<EchoNode> node_;

 private:
  struct Incarnation {
    std::string name;
    std::int64_t pid = 0;
    std::uint64_t generation = 0;
    bool operator==(const Incarnation&) const = default;
  };
  std::vector<Incarnation> incarnations();

  std::vector<Incarnation> before_;
  std::optional<Neighbour> neighbour_;
  std::vector<std::unique_ptr<ChildProcess>> attackers_;
  std::map<std::string, RawClient> clients_;  // by the module that they are connected to
};

}  // namespace status::test
