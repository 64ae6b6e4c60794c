// statusctl call module.method [json|@file|-]: one call, JSON in and out, mapped by the module's own description.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "ipc/api/json_mapping.h"
#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

Result<std::string> read_params(const std::string& given) {
  if (given.empty()) return "{}";
  if (given == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  if (given[0] != '@') return given;
  std::ifstream file(given.substr(1));
  if (!file) return fail(Code::invalid_argument, "cli.no_file", "cannot read " + given.substr(1));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::uint32_t left_until(MonotonicTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

}  // namespace

int run_call(const Shell& shell, const std::string& method, const std::string& given, std::uint32_t deadline_ms,
             const std::string& idempotency_key) {
  const Result<std::string> text = read_params(given);
  Result<Value> json = text ? parse_json(*text) : Result<Value>(fail(text.error()));
  if (!json) {
    report(json.error());
    return kUsage;
  }
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  // One for both calls: a module that hangs cannot be described either.
  const MonotonicTime deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  // System methods and modules that cannot be described take the JSON as it is.
  const Result<Value> document = session->document(std::string(ipc::module_of(method)), deadline_ms);
  const bool described = document && api::find_method(*document, method) != nullptr;
  const bool nobody =
      !document && (document.error().code == Code::not_found || document.error().reason.starts_with("remote."));
  if (nobody) return report(document.error());
  Result<Value> params = described ? api::request_to_wire(*document, method, *json) : json;
  if (!params) return report(params.error());
  ipc::Request request;
  request.method = method;
  request.params = encode_msgpack(*params);
  request.deadline_ms = left_until(deadline);
  request.idempotency_key = idempotency_key;
  const Result<ipc::Response> response = session->client().call_and_wait(request);
  if (!response) return report(response.error());
  const Result<Value> result = decode_msgpack(response->result());
  if (!result) return report(result.error());
  print_json(described ? api::result_to_json(*document, method, *result) : *result, shell.terminal);
  return kDone;
}

}  // namespace status::cli
