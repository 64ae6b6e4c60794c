// A whole node in this process: the same modules, manifests and settings, without statusd and over inproc://. What the
// supervisor decides (restart after a death, backoff) is not there; starting, stopping and restarting on command is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/inproc_supervisor.h"
#include "tests/support/node.h"
#include "tests/support/temp_dir.h"

namespace status::test {

class InprocNode final : public Node {
 public:
  // `settings`: as statusd's --set. Metrics get a free port unless a setting says otherwise.
  explicit InprocNode(std::vector<std::string> settings = {});
  ~InprocNode() override { close_door(); }

  Status start() override;
  Status stop() override;
  std::string url() const override { return supervisor_->url(); }
  ipc::Credential token() const override { return read_token(supervisor_->token_file()); }

 private:
  std::vector<std::string> settings_;
  TempDir dir_;
  std::unique_ptr<InprocSupervisor> supervisor_;
};

}  // namespace status::test
