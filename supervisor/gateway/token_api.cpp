#include "supervisor/gateway/token_api.h"

namespace status::gateway {
namespace {

constexpr const char* kMethods =
    "What it may call: whole methods (`chat.send_message`), or all of a module (`chat.*`).";
constexpr const char* kRate = "Requests a second, in bursts of as many; 0: no limit of its own.";
constexpr const char* kExpires = "From when on it is refused, in Unix milliseconds; 0: never.";
constexpr const char* kClient =
    "The fingerprint of a client's key, 64 hex digits: the token then works over `tls+tcp://` alone, and only from "
    "that "
    "client. Empty: on this machine alone.";
constexpr std::size_t kMostMethods = 256;

const api::ErrorInfo kLocalOnly = {Code::permission_denied, "supervisor.local_only",
                                   "Only the local user's own token (run/token) may manage tokens."};

}  // namespace

void TokenInfo::describe(api::Fields<TokenInfo>& f) {
  f.add("name", &TokenInfo::name, "Its name.");
  f.add("methods", &TokenInfo::methods, kMethods);
  f.add("rate_per_second", &TokenInfo::rate_per_second, kRate);
  f.add("expires_ms", &TokenInfo::expires_ms, kExpires);
  f.add("client", &TokenInfo::client, kClient);
  f.add("created_ms", &TokenInfo::created_ms, "When it was made, in Unix milliseconds.");
}

void CreateToken::Request::describe(api::Fields<Request>& f) {
  f.add("name", &Request::name, "1 to 64 of a-z, 0-9, - and _, a letter first.").length(1, 64);
  f.add("methods", &Request::methods, kMethods).length(1, kMostMethods);
  f.add("rate_per_second", &Request::rate_per_second, kRate).optional();
  f.add("expires_ms", &Request::expires_ms, kExpires).optional();
  f.add("client", &Request::client, kClient).length(0, 66).optional();
}

void CreateToken::Reply::describe(api::Fields<Reply>& f) {
  f.add("token", &Reply::token, "The credential, 32 hex digits. It is shown once: only its digest is kept.");
}

api::MethodInfo CreateToken::info() {
  return {.name = "create_token",
          .summary = "Makes a token for a front end.",
          .effect = api::Effect::write,
          .errors = {kLocalOnly,
                     {Code::invalid_argument, "supervisor.bad_token_name", "The name is malformed."},
                     {Code::invalid_argument, "supervisor.bad_client", "The client is no fingerprint."},
                     {Code::already_exists, "supervisor.token_exists", "There is a token of that name."},
                     {Code::already_exists, "supervisor.client_exists", "There is a token for that client."},
                     {Code::resource_exhausted, "supervisor.too_many_tokens", "There are 256 of them."}}};
}

void RevokeToken::Request::describe(api::Fields<Request>& f) {
  f.add("name", &Request::name, "Its name.").length(1, 64);
}

api::MethodInfo RevokeToken::info() {
  return {.name = "revoke_token",
          .summary =
              "Ends a token: the next request that shows it is refused, its polls that wait end with "
              "PERMISSION_DENIED `supervisor.token_revoked`, and its remote connections are closed.",
          .effect = api::Effect::write,
          .errors = {kLocalOnly, {Code::not_found, "supervisor.unknown_token", "There is no token of that name."}}};
}

void ListTokens::Reply::describe(api::Fields<Reply>& f) {
  f.add("tokens", &Reply::tokens, "In the order of their making.");
}

api::MethodInfo ListTokens::info() {
  return {.name = "tokens", .summary = "The tokens that were given to front ends.", .errors = {kLocalOnly}};
}

}  // namespace status::gateway
