#include "supervisor/gateway/dashboard/access.h"

#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace status::gateway {
namespace {

constexpr std::array<std::string_view, 14> kShown = {
    "supervisor.hello",    "supervisor.modules", "supervisor.module",         "supervisor.describe",
    "supervisor.settings", "supervisor.blame",   "supervisor.blame_resource", "supervisor.top",
    "supervisor.flight",   "supervisor.faults",  "supervisor.find_message",   "supervisor.custody",
    "supervisor.log_tail", "supervisor.crashes"};

constexpr std::array<std::string_view, 5> kActions = {"supervisor.start", "supervisor.stop", "supervisor.restart",
                                                      "supervisor.pause", "supervisor.resume"};

}  // namespace

bool is_shown(std::string_view method) { return std::ranges::find(kShown, method) != kShown.end(); }

bool is_action(std::string_view method) { return std::ranges::find(kActions, method) != kActions.end(); }

DashboardAccess::DashboardAccess(std::shared_ptr<const ipc::AccessPolicy> others, Random& random)
    : others_(std::move(others)) {
  random.fill(pass_);
  std::vector<std::string> methods(kShown.begin(), kShown.end());
  methods.emplace_back(kEventsMethod);
  caller_ =
      std::make_shared<ipc::Caller>(ipc::Caller{std::string(kDashboardCaller), ipc::MethodSet(std::move(methods))});
}

Result<std::shared_ptr<const ipc::Caller>> DashboardAccess::identify(const ipc::RequestHeader& header) const {
  // Constant in time.
  const bool ours = header.credential && ::sodium_memcmp(pass_.data(), header.credential->data(), pass_.size()) == 0;
  return ours ? Result<std::shared_ptr<const ipc::Caller>>(caller_) : others_->identify(header);
}

}  // namespace status::gateway
