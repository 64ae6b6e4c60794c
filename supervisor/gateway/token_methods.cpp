#include "supervisor/gateway/token_methods.h"

#include "ipc/server/typed.h"
#include "supervisor/gateway/token_api.h"
#include "supervisor/gateway/tokens.h"

namespace status::gateway {
namespace {

using ipc::Run;

// A token that could make tokens could make itself a wider one.
Status only_local(const ipc::CallContext& context) { return local_user_only(context.caller, "manage tokens"); }

TokenInfo info_of(const NamedToken& token) {
  return {token.name,
          token.scope.methods,
          token.scope.rate_per_second,
          token.scope.expires_ms,
          token.scope.client ? tls::to_text(*token.scope.client) : "",
          token.created_ms};
}

Result<std::string> create(NamedTokens& tokens, const CreateToken::Request& request) {
  TokenScope scope{request.methods, request.rate_per_second, request.expires_ms};
  if (!request.client.empty()) {
    scope.client = tls::parse_key_id(request.client);
    if (!scope.client) {
      return fail(Code::invalid_argument, "supervisor.bad_client",
                  "`client` must be 64 hex digits, as `statusctl remote identity FILE` prints them on the client's "
                  "machine");
    }
  }
  return tokens.create(request.name, std::move(scope));
}

}  // namespace

void serve_tokens(ipc::Server& server, NamedTokens& tokens) {
  ipc::serve<CreateToken>(
      server, Run::system,
      [&tokens](const CreateToken::Request& request, ipc::CallContext& context) -> Result<CreateToken::Reply> {
        if (Status local = only_local(context); !local) return fail(local.error());
        Result<std::string> token = create(tokens, request);
        if (!token) return fail(token.error());
        return CreateToken::Reply{std::move(*token)};
      });
  ipc::serve<RevokeToken>(
      server, Run::system,
      [&server, &tokens](const RevokeToken::Request& request, ipc::CallContext& context) -> Result<api::Empty> {
        if (Status local = only_local(context); !local) return fail(local.error());
        const auto revoked = tokens.revoke(request.name);
        if (!revoked) return fail(revoked.error());
        server.end_polls(*revoked, make_error(Code::permission_denied, "supervisor.token_revoked",
                                              "the token " + request.name + " was revoked"));
        return api::Empty{};
      });
  ipc::serve<ListTokens>(server, Run::system,
                         [&tokens](const api::Empty&, ipc::CallContext& context) -> Result<ListTokens::Reply> {
                           if (Status local = only_local(context); !local) return fail(local.error());
                           ListTokens::Reply reply;
                           for (const NamedToken& token : tokens.list()) reply.tokens.push_back(info_of(token));
                           return reply;
                         });
}

}  // namespace status::gateway
