#include "supervisor/gateway/http/admission.h"

#include <string>

#include "supervisor/gateway/tokens.h"

namespace status::gateway {
namespace {

// What a load balancer or a service manager asks, which has no token.
bool is_health(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

HttpReply denied(std::string_view right) {
  return {.status = 403, .body = "this token's scope has no " + std::string(right) + "\n"};
}

HttpReply asked_for_token() {
  return {.status = 401,
          .body =
              "a token is needed, its name as user: statusctl token create NAME --method 'supervisor.metrics' "
              "(for the dashboard: 'supervisor.*')\n",
          .challenge = R"(Basic realm="Status node", charset="UTF-8")"};
}

// The local user's own token has no name of its own.
bool is_named(const ipc::Caller& caller, const std::string& user) {
  return user == (caller.user.empty() ? caller.name : caller.user);
}

}  // namespace

std::optional<HttpReply> Admission::refusal(const HttpRequest& request, bool is_page) const {
  if (is_health(request.path)) return std::nullopt;
  const bool needs_token = require_token_ || (is_page && !request.from_this_machine);
  if (!needs_token) return std::nullopt;
  if (!request.from_this_machine && !request.encrypted) {
    return HttpReply{.status = 403,
                     .body = "this is for the machine itself; for others with metrics.tls = true, and a token\n"};
  }
  if (is_page && request.post) return std::nullopt;
  return check(request, is_page ? kReadDashboard : kReadMetrics);
}

std::optional<HttpReply> Admission::check(const HttpRequest& request, std::string_view right) const {
  const bool is_basic = request.bearer.empty();
  const Result<ipc::Credential> token = ipc::parse_credential(is_basic ? request.password : request.bearer);
  if (!token) return asked_for_token();
  ipc::RequestHeader header;
  header.method = right;
  header.credential = *token;
  const auto caller = tokens_->identify(header);
  if (!caller && caller.error().code == Code::resource_exhausted) {
    return HttpReply{.status = 429, .body = caller.error().message + "\n"};
  }
  if (!caller || (is_basic && !is_named(**caller, request.user))) return asked_for_token();
  if (!(*caller)->methods.contains(right)) return denied(right);
  return std::nullopt;
}

}  // namespace status::gateway
