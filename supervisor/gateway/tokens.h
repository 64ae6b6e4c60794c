// Who may come through the front door: the local user, whose credential statusd draws at each start and keeps in
// run/token (WIRE.md section 4).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ipc/server/access.h"

namespace status::gateway {

// Whose requests carry no identity.
inline constexpr std::string_view kLocalCaller = "local";

// The file's 32 hex digits make the caller "local", who may call everything and has no identity of its own (meta `u`);
// anybody else is UNAUTHENTICATED. Errors:
// the file cannot be read, others can read it (PERMISSION_DENIED `gateway.unsafe_token`), or it holds something else.
Result<std::shared_ptr<const ipc::AccessPolicy>> local_access(const std::string& token_file);

// PERMISSION_DENIED (`supervisor.local_only`) for anybody but the local user; `what` is what it may do: "manage tokens".
// A token's scope may name such a method and it still may not use it.
Status local_user_only(const ipc::Caller& caller, std::string_view what);

}  // namespace status::gateway
