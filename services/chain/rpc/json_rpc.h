// JSON-RPC 2.0 as Ethereum nodes speak it: calls into one request, and its answers apart again. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::chain::rpc {

struct Question {
  std::string method;
  Value::Array params;
};

// One call as an object, several as a list of them. Their ids are their positions.
std::string encode(const std::vector<const Question*>& calls);

// The answers of `count` calls, in their order. UNAVAILABLE `chain.bad_answer` when the whole is no answer. A call's own
// error is one of
//   UNAVAILABLE `chain.bad_answer`, `chain.busy` (it refuses for now, limits its caller, or has no such state any more),
//   UNIMPLEMENTED `chain.no_method`, INVALID_ARGUMENT `chain.refused` (the call itself is wrong),
//   FAILED_PRECONDITION `chain.reverted` (of a contract: `details.data` is what it says), ABORTED `chain.rejected` (a
//   transaction that it does not take).
Result<std::vector<Result<Value>>> decode(std::string_view answer, std::size_t count);

// Whether another endpoint may answer better.
bool is_final(const Error& error);

}  // namespace status::chain::rpc
