// What a check of an endpoint's answer says when it fails.
#pragma once

#include <string>

#include "ipc/base/result.h"

namespace status::chain {

// DATA_LOSS `chain.endpoint_lied`: what does not agree. Whoever knows the endpoint puts its name in front.
inline auto disproved(std::string what) { return fail(Code::data_loss, "chain.endpoint_lied", std::move(what)); }

}  // namespace status::chain
