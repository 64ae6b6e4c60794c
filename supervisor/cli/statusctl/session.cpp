#include "supervisor/cli/statusctl/session.h"

#include <thread>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"
#include "ipc/server/access.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/offline.h"

namespace status::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 2s;
constexpr auto kPause = 50ms;

// Nothing was sent: repeating cannot do anything twice.
bool is_unsent(const Error& error) { return error.reason == "ipc.not_connected" && error.module.empty(); }

// The gateway died under the call, or is stopping: not what it says of a module.
bool is_gateway_away(const Error& error) {
  return error.code == Code::unavailable && (error.module.empty() || error.reason == "ipc.draining");
}

// Its text without the end of the line.
Result<std::string> read_token(const std::string& path) {
  Result<std::string> token = read_file(path, 64);
  if (token) token->erase(token->find_last_not_of(" \n") + 1);
  return token;
}

Error no_node(const NodePlace& place, const std::string& why) {
  const std::int64_t statusd = running_statusd(place);
  const std::string hint = statusd == 0 ? "start one with: statusd --data-dir " + place.data_dir
                                        : "statusd runs (pid " + std::to_string(statusd) +
                                              "), its gateway does not answer; what happened: statusctl --data-dir " +
                                              place.data_dir + " why gateway";
  return make_error(Code::not_found, "cli.no_node", "no node answers at " + place.run_dir + ": " + why + "\n" + hint);
}

}  // namespace

int exit_code_of(const Error& error) {
  if (error.reason == "cli.no_node" || error.reason == "remote.unreachable") return kNoNode;
  switch (error.code) {
    case Code::permission_denied:
    case Code::unauthenticated:
      return kDenied;
    case Code::deadline_exceeded:
      return kDeadline;
    default:
      return kCallFailed;
  }
}

NodePlace find_place(const std::string& data_dir, const std::string& run_dir) {
  NodePlace place;
  place.data_dir = data_dir;
  place.run_dir = run_dir.empty() ? place.data_dir + "/run" : run_dir;
  return place;
}

Result<Session> Session::open(const NodePlace& place) { return place.remote ? open_remote(place) : open_here(place); }

Result<Session> Session::open_here(const NodePlace& place) {
  const std::string path = place.run_dir + "/token";
  const Result<std::string> token = read_token(path);
  if (!token && token.error().code == Code::permission_denied) {
    return fail(Code::permission_denied, "cli.token_unreadable",
                "may not read " + path + ": run statusctl as the user that the node runs as");
  }
  if (!token) return fail(no_node(place, "there is no token in it"));
  const Result<ipc::Credential> credential = ipc::parse_credential(*token);
  if (!credential) return fail(no_node(place, "its token is damaged"));
  Result<std::unique_ptr<ipc::Client>> client = ipc::Client::open({.url = "ipc://" + place.run_dir + "/supervisor.sock",
                                                                   .target = "supervisor",
                                                                   .credential = *credential,
                                                                   .connect_patience = 200ms});
  if (!client) return fail(std::move(client.error()));
  return Session(nullptr, std::move(*client), place);
}

Result<Session> Session::open_remote(const NodePlace& place) {
  const Result<std::string> token = read_token(place.remote->token_file);
  if (!token) return fail(token.error());
  const Result<ipc::Credential> credential = ipc::parse_credential(*token);
  if (!credential) {
    return fail(Code::invalid_argument, "cli.bad_token",
                place.remote->token_file + " does not hold 32 hex digits, as statusctl token create shows them");
  }
  Result<std::unique_ptr<remote::Tunnel>> tunnel = remote::Tunnel::open(place.remote->tunnel);
  if (!tunnel) return fail(std::move(tunnel.error()));
  // A handshake takes some round trips.
  Result<std::unique_ptr<ipc::Client>> client = ipc::Client::open(
      {.url = (*tunnel)->url(), .target = "supervisor", .credential = *credential, .connect_patience = 1s});
  if (!client) return fail(std::move(client.error()));
  return Session(std::move(*tunnel), std::move(*client), place);
}

Error Session::unreachable() const {
  if (!tunnel_) return no_node(place_, "nobody listens there");
  return tunnel_->trouble().value_or(make_retryable(Code::unavailable, "remote.unreachable",
                                                    to_text(place_.remote->tunnel.node) + " does not answer"));
}

Result<Value> Session::call(const std::string& method, const Value& params, std::uint32_t deadline_ms) {
  return insist(method, params, deadline_ms, is_unsent);
}

Result<Value> Session::read(const std::string& method, const Value& params, std::uint32_t deadline_ms) {
  return insist(method, params, deadline_ms, is_gateway_away);
}

Result<Value> Session::insist(const std::string& method, const Value& params, std::uint32_t deadline_ms,
                              bool (*again)(const Error& error)) {
  ipc::Request request;
  request.method = method;
  request.params = encode_msgpack(params);
  request.deadline_ms = deadline_ms;
  std::optional<MonotonicTime> give_up;  // from the first failure on: a poll may have waited for long before
  while (true) {
    const Result<ipc::Response> response = client_->call_and_wait(request);
    if (response) return decode_msgpack(response->result());
    const Error& error = response.error();
    if (!again(error)) return fail(error);
    const MonotonicTime now = std::chrono::steady_clock::now();
    if (!give_up) give_up = now + kPatience;
    const std::optional<Error> trouble = tunnel_ ? tunnel_->trouble() : std::nullopt;
    const bool denied = trouble && trouble->code == Code::permission_denied;  // which no patience mends
    if (now > *give_up || denied) return fail(is_unsent(error) ? unreachable() : error);
    // The client itself waits for a connection; an answer comes at once.
    if (!is_unsent(error)) std::this_thread::sleep_for(kPause);
  }
}

Result<Value> Session::document(const std::string& module, std::uint32_t deadline_ms) {
  Result<Value> reply = read("supervisor.describe", Value::map({{"module", module}}), deadline_ms);
  if (!reply) return reply;
  const Value* list = reply->find("modules");
  if (list != nullptr && list->as_array() != nullptr && !list->as_array()->empty()) {
    const Value& entry = list->as_array()->front();
    if (const Value* document = entry.find("document"); document != nullptr && document->as_map() != nullptr) {
      return *document;
    }
    return fail(
        make_retryable(Code::unavailable, "cli.no_description",
                       module + " cannot be described now: " + entry.string_or("error", "it gave no document")));
  }
  return fail(Code::not_found, "cli.no_description", module + " has no description");
}

}  // namespace status::cli
