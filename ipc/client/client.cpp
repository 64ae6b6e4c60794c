#include "ipc/client/client.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "ipc/base/clock.h"
#include "ipc/base/stage_clock.h"
#include "ipc/client/client_core.h"
#include "ipc/wire/deadline_scope.h"
#include "ipc/wire/limits.h"
#include "ipc/wire/trace_scope.h"

namespace status::ipc {
namespace {

constexpr std::uint8_t kEmptyMap[] = {0x80};

// Every call has a trace: of the request, or a child of the one that this thread works on, or a new one.
CallTrace trace_of(const Request& request, Random& ids) {
  if (request.trace) return {request.trace, {}};
  const Trace* current = TraceScope::current();
  if (current == nullptr) return {Trace::start(ids), {}};
  return {current->child(ids), current->span_id};
}

// What the request asks for, but not more than is left to whoever waits for it; 0 when nothing is.
std::uint32_t time_for(const Request& request) {
  const std::optional<MonotonicTime> until = request.quiet ? std::nullopt : DeadlineScope::current();
  if (!until) return request.deadline_ms;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now()).count();
  return left <= 0 ? 0 : static_cast<std::uint32_t>(std::min<std::int64_t>(left, request.deadline_ms));
}

Message build(const Request& request, std::uint32_t deadline_ms, const ClientOptions& options, const Trace& trace) {
  RequestHeader header;
  header.id = 1;  // NNG matches answers to requests; the id is for people who read frames
  header.method = request.method;
  header.deadline_ms = deadline_ms;
  header.sent_ns = monotonic_ns();
  header.trace = trace;
  header.credential = options.credential;
  header.interface_major = request.interface_major;
  header.idempotency_key = request.idempotency_key;
  header.echo = request.echo;
  Bytes prefix;
  prefix.reserve(160);
  append_request_prefix(header, prefix);
  return Message(prefix, request.params.empty() ? ByteView(kEmptyMap) : ByteView(request.params));
}

}  // namespace

Result<Response> Response::parse(Message message) {
  Result<ResponseView> view = parse_response(message.bytes());
  if (!view) return fail(std::move(view.error()));
  return Response(std::move(message), std::move(*view));
}

void CallHandle::cancel() {
  if (const auto core = core_.lock()) core->cancel(slot_, ticket_);
}

Result<std::unique_ptr<Client>> Client::open(ClientOptions options, ClientObserver* observer) {
  Result<Socket> socket = Socket::request();
  if (!socket) return fail(std::move(socket.error()));
  auto core = std::make_shared<ClientCore>(std::move(options), std::move(*socket), observer);
  if (Status status = core->dial(); !status) {
    core->close();
    return fail(std::move(status.error()));
  }
  return std::unique_ptr<Client>(new Client(std::move(core)));
}

Client::~Client() { core_->close(); }

CallHandle Client::call(const Request& request, Callback callback) {
  if (request.deadline_ms < 1 || request.deadline_ms > kMaxDeadlineMs) {
    callback(fail(Code::invalid_argument, "ipc.bad_deadline", "a deadline is 1 to 120000 milliseconds"));
    return {};
  }
  const std::uint32_t deadline_ms = time_for(request);
  if (deadline_ms == 0) {
    callback(fail(Code::deadline_exceeded, "ipc.deadline",
                  request.method + " was not called: the call that it is for is past its deadline"));
    return {};
  }
  const CallTrace trace = trace_of(request, core_->ids());
  return core_->start(
      build(request, deadline_ms, core_->options(), *trace.trace), deadline_ms, request.method, trace,
      [callback = std::move(callback)](Result<Response> response) {
        if (response && response->error()) response = fail(*response->error());
        callback(std::move(response));
      },
      request.quiet);
}

Result<Response> Client::call_and_wait(const Request& request) {
  const StageTimer waiting(Stage::other);
  std::promise<Result<Response>> answer;
  call(request, [&answer](Result<Response> response) { answer.set_value(std::move(response)); });
  return answer.get_future().get();
}

CallHandle Client::forward(Message request, std::uint32_t deadline_ms, std::string_view method,
                           const std::optional<Trace>& trace, Callback callback) {
  return core_->start(std::move(request), deadline_ms, method, {trace, {}}, std::move(callback));
}

bool Client::connected() const { return core_->connected(); }
const ClientOptions& Client::options() const { return core_->options(); }

}  // namespace status::ipc
