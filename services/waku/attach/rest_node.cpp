#include "services/waku/attach/rest_node.h"

#include <algorithm>

#include "ipc/base/codec.h"
#include "services/waku/attach/text.h"

namespace status::waku::attach {
namespace {

bool has_text(std::string_view body, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::search(body.begin(), body.end(), part.begin(), part.end(),
                     [&](char a, char b) { return lower(a) == b; }) != body.end();
}

Error explain(const std::string& target, const HttpAnswer& answer) {
  const std::string path = target.substr(0, target.find('?'));
  const std::string said = "the node answers " + std::to_string(answer.status) + " to " + path +
                           (answer.body.empty() ? "" : ": " + excerpt(answer.body));
  if (answer.status == 404 && has_text(answer.body, "initializing")) {
    return make_retryable(Code::unavailable, "waku.node_initialising", "the node is still starting: " + said);
  }
  if (answer.status == 404) return make_error(Code::not_found, "waku.node_lacks", said);
  if (answer.status >= 500 || answer.status == 429) {
    return make_retryable(Code::unavailable, "waku.node_failed", said);
  }
  return make_error(Code::failed_precondition, "waku.node_refused", said);
}

}  // namespace

bool is_away(const Error& error) {
  return error.reason == "waku.node_unreachable" || error.reason == "waku.node_silent" ||
         error.reason == "waku.node_initialising";
}

asio::awaitable<Result<std::string>> ask(HttpClient& http, HttpRequest request) {
  const std::string target = request.target;
  Result<HttpAnswer> answer = co_await http.ask(std::move(request));
  if (!answer) co_return fail(answer.error());
  if (answer->status >= 200 && answer->status < 300) co_return std::move(answer->body);
  co_return fail(explain(target, *answer));
}

asio::awaitable<Result<Described>> describe(HttpClient& http) {
  Described out;
  HttpRequest request;
  request.target = "/info";
  Result<std::string> text = co_await ask(http, request);
  out.today = text.has_value();
  if (!text && text.error().reason == "waku.node_lacks") {
    request.target = "/debug/v1/info";
    text = co_await ask(http, request);
  }
  if (!text) co_return fail(text.error());
  Result<NodeInfo> info = info_from(*text);
  if (!info) co_return fail(info.error());
  out.info = std::move(*info);
  request.target = out.today ? "/version" : "/debug/v1/version";
  const Result<std::string> version = co_await ask(http, request);
  if (version) {
    out.version = excerpt(*version);
    std::erase(out.version, '"');
  }
  co_return out;
}

asio::awaitable<Result<Health>> health(HttpClient& http) {
  HttpRequest request;
  request.target = "/health";
  const Result<HttpAnswer> answer = co_await http.ask(request);
  if (!answer) co_return fail(answer.error());
  co_return health_from(answer->body);
}

asio::awaitable<Result<std::vector<PeerInfo>>> peers(HttpClient& http) {
  HttpRequest request;
  request.target = "/admin/v1/peers";
  const Result<std::string> text = co_await ask(http, request);
  if (!text) co_return fail(text.error());
  co_return peers_from(*text);
}

asio::awaitable<Status> connect_peer(HttpClient& http, std::string address) {
  HttpRequest request;
  request.verb = Verb::post;
  request.target = "/admin/v1/peers";
  request.body = to_json(Value::array({address}));
  Result<HttpAnswer> answer = co_await http.ask(request);
  if (!answer) co_return fail(answer.error());
  if (answer->status == 400) {  // go-waku takes one, as a map
    request.body = to_json(Value::map({{"multiaddr", address}}));
    answer = co_await http.ask(request);
    if (!answer) co_return fail(answer.error());
  }
  if (answer->status == 404) {
    co_return fail(Code::failed_precondition, "waku.no_admin",
                   "the node lets nobody add peers: start it with rest-admin, or add them there");
  }
  if (answer->status >= 300) {
    co_return fail(make_retryable(Code::unavailable, "waku.peer_unreachable",
                                  "the node could not reach " + excerpt(address) + ": " + excerpt(answer->body)));
  }
  co_return Status();
}

}  // namespace status::waku::attach
