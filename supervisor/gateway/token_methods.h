// Answers the methods of token_api.h.
#pragma once

#include "ipc/server/server.h"
#include "supervisor/gateway/named_tokens.h"

namespace status::gateway {

// Both outlive what is served. `tokens` writes to the disk: not on NNG's threads.
void serve_tokens(ipc::Server& server, NamedTokens& tokens);

}  // namespace status::gateway
