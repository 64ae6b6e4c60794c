#include "supervisor/gateway/dashboard/json_door.h"

#include <string>
#include <utility>

#include "ipc/base/codec.h"
#include "supervisor/gateway/dashboard/access.h"
#include "supervisor/gateway/dashboard/paths.h"
#include "supervisor/gateway/http/query.h"

namespace status::gateway {
namespace {

constexpr std::uint32_t kDeadlineMs = 5'000;

unsigned http_status(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::out_of_range:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
    case Code::unimplemented:
      return 404;
    case Code::already_exists:
    case Code::aborted:
    case Code::failed_precondition:
      return 409;
    case Code::resource_exhausted:
      return 429;
    case Code::unavailable:
    case Code::cancelled:
      return 503;
    case Code::deadline_exceeded:
      return 504;
    case Code::internal:
    case Code::data_loss:
      return 500;
  }
  return 500;
}

void reply(HttpCall& call, unsigned status, const Value& value) {
  call.reply({.status = status, .content_type = "application/json", .body = to_json(value) + "\n"});
}

void refuse(HttpCall& call, unsigned status, const Error& error) {
  reply(call, status, Value::map({{"error", ipc::error_to_value(error)}}));
}

FrontCaller::Done replying(std::shared_ptr<HttpCall> call) {
  return [call = std::move(call)](const Result<Value>& result) {
    result ? reply(*call, 200, *result) : refuse(*call, http_status(result.error().code), result.error());
  };
}

// A JSON object, or nothing at all.
Result<Value> read_params(const std::optional<std::string>& text) {
  if (text && text->empty()) return Value(Value::Map{});
  Result<Value> params = text ? parse_json(*text) : fail(Code::invalid_argument, "ipc.bad_encoding", "broken encoding");
  if (params && params->as_map() != nullptr) return params;
  return fail(Code::invalid_argument, "ipc.invalid_params",
              "the parameters must be a JSON object: " + (params ? "a map is wanted" : params.error().message));
}

Error unknown(const std::string& method) {
  return make_error(Code::unimplemented, "ipc.unknown_method", "`" + method + "` is not served here");
}

}  // namespace

void JsonDoor::answer(std::shared_ptr<HttpCall> call) {
  const std::string method = call->request().path.substr(kApiPath.size());
  if (!call->request().from_own_pages) {
    return refuse(*call, 403,
                  make_error(Code::permission_denied, "gateway.foreign_page", "a page of another site asked for this"));
  }
  call->request().post ? act(std::move(call), method) : show(std::move(call), method);
}

bool JsonDoor::too_often() {
  const MonotonicTime now = clock_.monotonic();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    reads_ = 0;
  }
  return ++reads_ > kMaxReadsPerSecond;
}

void JsonDoor::show(std::shared_ptr<HttpCall> call, const std::string& method) {
  if (!is_shown(method)) return refuse(*call, 404, unknown(method));
  const Result<Value> params = read_params(query_value(call->request().query, "q"));
  if (!params) return refuse(*call, 400, params.error());
  if (too_often()) {
    return refuse(
        *call, 429,
        make_retryable(Code::resource_exhausted, "gateway.too_often", "too much is asked in a second", 1'000));
  }
  front_.read(method, *params, kDeadlineMs, replying(std::move(call)));
}

void JsonDoor::act(std::shared_ptr<HttpCall> call, const std::string& method) {
  if (!is_action(method)) return refuse(*call, 404, unknown(method));
  // What a form of another page cannot send.
  if (call->request().content_type != "application/json") {
    return refuse(*call, 415,
                  make_error(Code::invalid_argument, "gateway.not_json", "the content type must be application/json"));
  }
  const Result<Value> params = read_params(call->request().body);
  if (!params) return refuse(*call, 400, params.error());
  const Result<ipc::Credential> token = ipc::parse_credential(call->request().bearer);
  front_.act(method, *params, token ? std::optional(*token) : std::nullopt, replying(std::move(call)));
}

}  // namespace status::gateway
