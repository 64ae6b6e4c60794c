// Who may read what at the metrics address. Without a token a machine's own users read all of it, others the figures
// alone, and not even those with `metrics.require_token`; the dashboard shows logs and what is called. A token is one of
// the node's (named_tokens.h), as `Authorization: Basic` with its name for the user, or `Bearer`. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "ipc/server/access.h"
#include "supervisor/gateway/http/message.h"

namespace status::gateway {

// What a token's scope has to contain.
inline constexpr std::string_view kReadMetrics = "supervisor.metrics";
inline constexpr std::string_view kReadDashboard = "supervisor.dashboard";

class Admission {
 public:
  Admission(std::shared_ptr<const ipc::AccessPolicy> tokens, bool require_token)
      : tokens_(std::move(tokens)), require_token_(require_token) {}

  // What to answer instead; nothing when the request may go on. `is_page`: it is for the dashboard. An order of an
  // operator brings a token of its own, at which the front door looks. 403 for a token that would come, or has come, in
  // the clear from another machine.
  std::optional<HttpReply> refusal(const HttpRequest& request, bool is_page) const;

 private:
  std::optional<HttpReply> check(const HttpRequest& request, std::string_view right) const;

  const std::shared_ptr<const ipc::AccessPolicy> tokens_;
  const bool require_token_;
};

}  // namespace status::gateway
