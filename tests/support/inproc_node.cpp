#include "tests/support/inproc_node.h"

#include "tests/support/inproc_supervisor.h"

namespace status::test {

InprocNode::InprocNode(std::vector<std::string> settings) : settings_(std::move(settings)) {
  settings_.insert(settings_.begin(), "metrics.listen=127.0.0.1:0");
}

InprocNode::~InprocNode() { close_door(); }

Status InprocNode::start() {
  auto started = InprocSupervisor::start(dir_ / "n", settings_);
  if (!started) return fail(std::move(started.error()));
  supervisor_ = std::move(*started);
  return open_door();
}

Status InprocNode::stop() {
  close_door();
  supervisor_.reset();
  return {};
}

std::string InprocNode::url() const { return supervisor_->url(); }

ipc::Credential InprocNode::token() const { return read_token(supervisor_->token_file()); }

}  // namespace status::test
