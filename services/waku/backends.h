// The implementations of Backend that this build has, by the word of the configuration: `[waku] backend = "mesh"`.
#pragma once

#include <memory>

#include "services/host/module_context.h"
#include "services/host/store/database.h"
#include "services/waku/backend.h"

namespace status::waku {

// Makes the one that the configuration names, with the settings of its own table (`[waku.mesh]`). Not started; context
// and database outlive it. FAILED_PRECONDITION (`waku.unknown_backend`) for a word that is none, and what the backend
// says of its settings.
Result<std::unique_ptr<Backend>> make_backend(host::ModuleContext& context, store::Database& database);

// Each in the backend's own folder.
using BackendMaker = Result<std::unique_ptr<Backend>> (*)(host::ModuleContext& context, store::Database& database,
                                                          const Value& settings);
Result<std::unique_ptr<Backend>> make_attach(host::ModuleContext& context, store::Database& database,
                                             const Value& settings);
Result<std::unique_ptr<Backend>> make_mesh(host::ModuleContext& context, store::Database& database,
                                           const Value& settings);
Result<std::unique_ptr<Backend>> make_native(host::ModuleContext& context, store::Database& database,
                                             const Value& settings);

}  // namespace status::waku
