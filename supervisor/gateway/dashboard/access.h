// What the dashboard may show without a token, and what it may do with one. The pages reach the node through its own
// front door, where a pass of theirs opens reading alone; so nothing that a browser sends can do more, whatever the
// code between the two lets through.
#pragma once

#include <memory>
#include <string_view>

#include "ipc/base/random.h"
#include "ipc/server/access.h"

namespace status::gateway {

// The caller's name in the front door's books. Its calls are no front end's latency (blame_desk.h).
inline constexpr std::string_view kDashboardCaller = "dashboard";

// Methods that anybody who reaches the address may read: none says what is in a message.
bool is_shown(std::string_view method);
// Methods that an operator's token may call from the dashboard, if its scope has them.
bool is_action(std::string_view method);

// The events that are shown, beside the methods: those of the supervisor itself. A module's may hold contents.
inline constexpr std::string_view kShownTopic = "supervisor";
inline constexpr std::string_view kEventsMethod = "supervisor.events.next";

// Any thread.
class DashboardAccess final : public ipc::AccessPolicy {
 public:
  // `others` knows everybody else. The pass is drawn here, and never leaves the process.
  DashboardAccess(std::shared_ptr<const ipc::AccessPolicy> others, Random& random);

  const ipc::Credential& pass() const { return pass_; }

  // Errors: those of `others`.
  Result<std::shared_ptr<const ipc::Caller>> identify(const ipc::RequestHeader& header) const override;

 private:
  const std::shared_ptr<const ipc::AccessPolicy> others_;
  ipc::Credential pass_{};
  std::shared_ptr<const ipc::Caller> caller_;
};

}  // namespace status::gateway
