// A whole node in this process: the same modules, manifests and settings, without statusd and over inproc://. What the
// supervisor decides (restart after a death, backoff) is not there; starting, stopping and restarting on command is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/node.h"
#include "tests/support/temp_dir.h"

namespace status::test {

class InprocSupervisor;  // not its header, which is half of the gateway's

class InprocNode final : public Node {
 public:
  // `settings`: as statusd's --set. Metrics get a free port unless a setting says otherwise.
  explicit InprocNode(std::vector<std::string> settings = {});
  ~InprocNode() override;

  Status start() override;
  Status stop() override;
  std::string url() const override;
  ipc::Credential token() const override;

 private:
  std::vector<std::string> settings_;
  TempDir dir_;
  std::unique_ptr<InprocSupervisor> supervisor_;
};

}  // namespace status::test
