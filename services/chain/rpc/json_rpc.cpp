#include "services/chain/rpc/json_rpc.h"

#include <algorithm>
#include <cctype>

#include "ipc/base/codec.h"

namespace status::chain::rpc {
namespace {

constexpr std::size_t kMostMessage = 512;

Value object_of(const Question& call, std::size_t id) {
  return Value::map(
      {{"jsonrpc", "2.0"}, {"id", std::uint64_t{id}}, {"method", call.method}, {"params", Value(call.params)}});
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Nodes agree on few numbers, so the words count too.
Error error_of(const Value& error) {
  const std::int64_t number = error.int_or("code", 0);
  std::string message = error.string_or("message", "");
  if (message.size() > kMostMessage) message.resize(kMostMessage);
  const std::string said = "it says " + std::to_string(number) + ": " + message;
  std::string lower = message;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (number == 3 || has_any(lower, {"execution reverted", "vm exception", "revert"})) {
    Error reverted = make_error(Code::failed_precondition, "chain.reverted", said);
    if (const Value* data = error.find("data"); data != nullptr) reverted.details = Value::map({{"data", *data}});
    return reverted;
  }
  if (number == -32601 || has_any(lower, {"method not found", "does not exist/is not available", "not supported"})) {
    return make_error(Code::unimplemented, "chain.no_method", said);
  }
  if (has_any(lower, {"nonce too low", "already known", "underpriced", "insufficient funds", "intrinsic gas",
                      "exceeds block gas limit", "max fee per gas less than block base fee", "replacement transaction",
                      "already imported", "invalid sender", "gas limit"})) {
    return make_error(Code::aborted, "chain.rejected", said);
  }
  const bool lacks_it =
      has_any(lower, {"out of range", "outofrange", "not found", "missing trie node", "unknown block"});
  if (!lacks_it && (number == -32602 || number == -32600))
    return make_error(Code::invalid_argument, "chain.refused", said);
  return make_error(Code::unavailable, "chain.busy", said);
}

Result<Value> result_of(const Value& answer) {
  if (const Value* error = answer.find("error"); error != nullptr && !error->is_null()) return fail(error_of(*error));
  const Value* const result = answer.find("result");
  if (result == nullptr) return fail(Code::unavailable, "chain.bad_answer", "an answer without a result");
  return *result;
}

}  // namespace

std::string encode(const std::vector<const Question*>& calls) {
  if (calls.size() == 1) return to_json(object_of(*calls.front(), 0));
  Value::Array all;
  for (std::size_t i = 0; i < calls.size(); ++i) all.push_back(object_of(*calls[i], i));
  return to_json(Value(std::move(all)));
}

Result<std::vector<Result<Value>>> decode(std::string_view answer, std::size_t count) {
  Result<Value> parsed = parse_json(answer);
  if (!parsed) return fail(Code::unavailable, "chain.bad_answer", "it answers with no JSON: " + parsed.error().message);
  std::vector<Result<Value>> results(count, fail(Code::unavailable, "chain.bad_answer", "an answer is missing"));
  const Value::Array* const list = parsed->as_array();
  if (list == nullptr) {
    if (count != 1) return fail(Code::unavailable, "chain.bad_answer", "it answers several calls with one object");
    results.front() = result_of(*parsed);
    return results;
  }
  for (const Value& one : *list) {
    const Value* const id = one.find("id");
    const std::optional<std::uint64_t> position = id != nullptr ? id->as_uint64() : std::nullopt;
    if (position && *position < count) results[*position] = result_of(one);
  }
  return results;
}

bool is_final(const Error& error) {
  return error.code == Code::failed_precondition || error.code == Code::aborted || error.code == Code::invalid_argument;
}

}  // namespace status::chain::rpc
