// A node of real processes on a temporary data directory. One thread, but for front() and events().
//
//   ProcessNode node({.settings = {"modules=[\"keys\"]"}});
//   ASSERT_TRUE(node.start());
//   const auto before = node.kill("keys");                // SIGKILL; returns when it is dead
//   ASSERT_TRUE(node.await_ready("keys", before->generation));
//   ASSERT_TRUE(node.stop());
//   EXPECT_EQ(node.strays(), std::vector<std::string>{});
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/node.h"
#include "tests/support/test_node.h"

namespace status::test {

// Every restart at once and for ever: for tests that kill more often than the default policy allows.
std::vector<std::string> without_backoff(std::vector<std::string> settings = {});

class ProcessNode final : public Node {
 public:
  // Metrics get a free port unless a setting says otherwise.
  explicit ProcessNode(NodeOptions options = {});
  // Kills what is left.
  ~ProcessNode() override;

  Status start() override;
  Status stop() override;
  std::string url() const override { return "ipc://" + node_.path("run/supervisor.sock"); }
  ipc::Credential token() const override;
  // statusd's output.
  std::string report() override;

  TestNode& statusd() { return node_; }
  const std::string& data_dir() const { return data_dir_; }

  // The living process of the module, also while nobody can be asked for its row; nothing while it has none.
  std::optional<ProcessHandle> process_of(const std::string& module);
  // SIGKILL; returns the row from before when the process is gone.
  Result<Row> kill(const std::string& module);
  // Any signal to the module's process.
  Result<Row> signal(const std::string& module, int number);
  // Of statusd: none of its modules may outlive it. True once they are gone.
  bool kill_statusd();

  // Children of statusd that are zombies or that no row names, and modules that have lost their statusd: "4711 Z
  // status-chat". Asks for the rows while the node runs.
  std::vector<std::string> strays();

 private:
  TestNode node_;
  std::string data_dir_;
};

}  // namespace status::test
