#include "supervisor/gateway/remote/remote_bridge.h"

#include <sodium/utils.h>

#include "ipc/base/clock.h"
#include "supervisor/gateway/readdress.h"

namespace status::gateway {
namespace {

using namespace std::chrono_literals;

// The front door is in this process: it is away for as long as its listener is being revived.
constexpr auto kPatience = 1s;

ipc::Message refusal(std::uint32_t id, std::string_view echo, Error error) {
  if (error.module.empty()) error.module = "supervisor";
  ipc::ResponseHeader header;
  header.id = id;
  header.written_ns = monotonic_ns();
  header.echo = echo;
  Bytes whole;
  ipc::append_error_response(header, error, whole);
  return ipc::Message(whole, {});
}

bool is_refusal(Code code) {
  return code == Code::unauthenticated || code == Code::permission_denied || code == Code::resource_exhausted;
}

bool shows_token(const ipc::RequestHeader& header, const RemotePass& pass) {
  if (!header.credential) return false;
  const auto digest = ipc::credential_digest(*header.credential);
  return ::sodium_memcmp(digest.data(), pass.token_sha256.data(), digest.size()) == 0;
}

}  // namespace

Result<std::unique_ptr<RemoteBridge>> RemoteBridge::open(const std::string& front_url) {
  ipc::ClientOptions options{.url = front_url, .target = "supervisor", .max_in_flight = kMaxCalls};
  options.connect_patience = kPatience;
  Result<std::unique_ptr<ipc::Client>> calls = ipc::Client::open(options);
  if (!calls) return fail(std::move(calls.error()));
  options.max_in_flight = kMaxPolls;
  Result<std::unique_ptr<ipc::Client>> polls = ipc::Client::open(options);
  if (!polls) return fail(std::move(polls.error()));
  return std::unique_ptr<RemoteBridge>(new RemoteBridge(std::move(*calls), std::move(*polls)));
}

RemoteBridge::Sent RemoteBridge::carry(ipc::Message request, const RemotePass& pass, std::size_t under_way,
                                       Answer answer) {
  std::optional<std::uint32_t> id;
  const Result<ipc::RequestView> view = ipc::parse_request(request.bytes(), id);
  if (!view) {
    if (!id) return {Verdict::no_request};
    answer(refusal(*id, {}, view.error()), false);
    return {Verdict::refused};
  }
  const ipc::RequestHeader& header = view->header;
  if (!shows_token(header, pass)) {
    answer(refusal(header.id, header.echo,
                   make_error(Code::unauthenticated, "supervisor.wrong_token",
                              "the request does not show the token that was made for this client (statusctl token "
                              "create NAME --client FINGERPRINT); other tokens do not work here")),
           false);
    return {Verdict::not_the_token};
  }
  if (under_way >= kMaxInFlight) {
    answer(refusal(header.id, header.echo,
                   make_retryable(Code::resource_exhausted, "ipc.too_many_calls",
                                  "this connection has " + std::to_string(kMaxInFlight) +
                                      " requests in flight: wait for answers before sending more",
                                  100)),
           false);
    return {Verdict::refused};
  }
  const std::string method(header.method);
  const std::uint32_t deadline_ms = header.deadline_ms;
  auto failed = [id = header.id, echo = std::string(header.echo)](Error error) {
    return refusal(id, echo, std::move(error));
  };
  readdress(request, *view, {.credential = pass.credential, .deadline_ms = deadline_ms}, ids_);
  ipc::Client& client = is_poll(method) ? *polls_ : *calls_;
  ipc::CallHandle handle =
      client.forward(std::move(request), deadline_ms, method, {},
                     [answer = std::move(answer), failed = std::move(failed)](Result<ipc::Response> response) {
                       if (!response) return answer(failed(std::move(response.error())), false);
                       const bool refused = response->error() && is_refusal(response->error()->code);
                       answer(response->take_message(), refused);
                     });
  return {Verdict::carried, std::move(handle)};
}

}  // namespace status::gateway
