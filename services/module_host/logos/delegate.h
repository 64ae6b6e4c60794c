// The table that a Logos module gets (abi.h), with an Outbound behind it. What belongs to their runtime alone is
// LP_ERR_UNSUPPORTED: tokens, sessions of their own, and how subscriptions are kept up, which is our client's matter.
#pragma once

#include "services/module_host/logos/abi.h"
#include "services/module_host/logos/outbound.h"

namespace status::module_host::logos {

// The Outbound outlives the library's use of the table.
lp_runtime_delegate_v1 delegate_to(Outbound& outbound);

}  // namespace status::module_host::logos
