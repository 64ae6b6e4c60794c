#include "supervisor/gateway/dashboard/front_caller.h"

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "supervisor/gateway/api.h"

namespace status::gateway {
namespace {

using namespace std::chrono_literals;

// The front door is in this process: it is away for as long as its listener is being revived.
constexpr auto kPatience = 1s;
constexpr std::uint32_t kActionDeadlineMs = 10'000;

}  // namespace

ipc::Client* FrontCaller::client(std::unique_ptr<ipc::Client>& which, std::size_t most, const Done& done) {
  if (which) return which.get();
  auto opened = ipc::Client::open({.url = front_url_,
                                   .target = interface().name(),
                                   .credential = pass_,
                                   .max_in_flight = most,
                                   .connect_patience = kPatience});
  if (!opened) {
    office_.post([done, error = opened.error()] { done(fail(error)); });
    return nullptr;
  }
  which = std::move(*opened);
  return which.get();
}

// On an NNG thread; parsed and told in the office.
ipc::Client::Callback FrontCaller::answered(Done done) {
  return [this, done = std::move(done)](Result<ipc::Response> response) {
    const auto shared = std::make_shared<Result<ipc::Response>>(std::move(response));
    office_.post([done, shared] {
      if (!*shared) return done(fail(shared->error()));
      // What was forwarded as it is has the front door's refusal inside.
      if ((*shared)->error()) return done(fail(*(*shared)->error()));
      if ((*shared)->size() > kMaxAnswer) {
        return done(fail(Code::resource_exhausted, "gateway.large_answer", "the answer is over 1 MiB: ask for less"));
      }
      done(decode_msgpack((*shared)->result()));
    });
  };
}

ipc::CallHandle FrontCaller::read(const std::string& method, const Value& params, std::uint32_t deadline_ms,
                                  Done done) {
  ipc::Client* front = client(reads_, kMaxReads, done);
  if (front == nullptr) return {};
  ipc::Request request;
  request.method = method;
  request.params = encode_msgpack(params);
  request.deadline_ms = deadline_ms;
  request.interface_major = interface().version().major;
  return front->call(request, answered(std::move(done)));
}

void FrontCaller::act(const std::string& method, const Value& params, const std::optional<ipc::Credential>& token,
                      Done done) {
  ipc::Client* front = client(actions_, kMaxActions, done);
  if (front == nullptr) return;
  ipc::RequestHeader header;
  header.id = 1;  // NNG matches answers to requests
  header.method = method;
  header.deadline_ms = kActionDeadlineMs;
  header.sent_ns = monotonic_ns();
  header.trace = ipc::Trace::start(ids_);
  header.credential = token;
  header.interface_major = interface().version().major;
  Bytes prefix;
  ipc::append_request_prefix(header, prefix);
  front->forward(ipc::Message(prefix, encode_msgpack(params)), kActionDeadlineMs, method, header.trace,
                 answered(std::move(done)));
}

void FrontCaller::close() {
  reads_.reset();
  actions_.reset();
}

}  // namespace status::gateway
