// The supervisor at the other end of the control line.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "ipc/control/module_channel.h"
#include "supervisor/gateway/supervisor_link.h"

namespace status::gateway {

class ControlLink final : public SupervisorLink {
 public:
  // The channel outlives the link.
  explicit ControlLink(ipc::control::ModuleChannel& channel) : channel_(channel) {}

  // The line is written here and now: statusd reads all the time, and the contexts of the front door bound how many
  // commands can be under way, far below what the socket holds.
  void command(ipc::control::Command command, Done done) override;

  // Any thread.
  void answered(const ipc::control::CommandResult& result);

 private:
  ipc::control::ModuleChannel& channel_;
  std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Done> waiting_;
};

}  // namespace status::gateway
