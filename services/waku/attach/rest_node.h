// The node's REST interface as calls: an answer that is no success is an error that says what to do. Backend's thread;
// private to the attach backend.
#pragma once

#include <string>

#include "services/waku/attach/http_client.h"
#include "services/waku/attach/rest_json.h"

namespace status::waku::attach {

// The body of a success. Errors: those of HttpClient::ask; NOT_FOUND `waku.node_lacks` where the node has no such
// thing; UNAVAILABLE `waku.node_initialising` while it starts, when it answers 404 to everything; UNAVAILABLE
// `waku.node_failed` when it is to be asked again; FAILED_PRECONDITION `waku.node_refused`.
asio::awaitable<Result<std::string>> ask(HttpClient& http, HttpRequest request);

// Whether the node itself is away or just starts: nothing else is worth a try.
bool is_away(const Error& error);

// By the path of today's nodes, or of those before, which go-waku has too.
struct Described {
  NodeInfo info;
  std::string version;
  bool today = false;  // it has the paths of today's nwaku
};
asio::awaitable<Result<Described>> describe(HttpClient& http);

// Errors are those of HttpClient::ask: a node that has no report, or cannot make one now, has said nothing.
asio::awaitable<Result<Health>> health(HttpClient& http);

asio::awaitable<Result<std::vector<PeerInfo>>> peers(HttpClient& http);
// Errors: FAILED_PRECONDITION `waku.no_admin`; UNAVAILABLE `waku.peer_unreachable`.
asio::awaitable<Status> connect_peer(HttpClient& http, std::string address);

}  // namespace status::waku::attach
