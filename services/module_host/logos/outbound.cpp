#include "services/module_host/logos/outbound.h"

#include <algorithm>

#include "ipc/base/codec.h"
#include "ipc/wire/limits.h"

namespace status::module_host::logos {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kDocumentMs = 5'000;

MonotonicTime end_of(int timeout_ms) {
  const auto wanted = timeout_ms <= 0 ? Outbound::kDefaultTimeout : std::chrono::milliseconds(timeout_ms);
  return std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(wanted, 1ms * ipc::kMaxDeadlineMs);
}

std::uint32_t left_until(MonotonicTime until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, ipc::kMaxDeadlineMs));
}

ipc::Request request_of(const ForeignCall& call, MonotonicTime until) {
  ipc::Request request;
  request.method = call.method;
  request.params = call.params;
  request.deadline_ms = left_until(until);
  return request;
}

}  // namespace

struct Outbound::Pending {
  Peer& peer;
  std::shared_ptr<Receiver> receiver;
  std::string method;
  std::string arguments;
  MonotonicTime until;
  Done done;
  ForeignCall call = {};
};

Outbound::Outbound(host::ModuleContext& context, const std::vector<std::string>& callees, std::function<void()> stuck)
    : context_(context), stuck_(std::move(stuck)), callbacks_([] {}, [] { return std::optional<MonotonicTime>(); }) {
  for (const std::string& name : callees) {
    if (const Result<ipc::Client*> client = context.client(name)) {
      peers_.emplace(name, std::make_unique<Peer>(name, **client));
    } else {
      unopened_.emplace(name, client.error());
    }
  }
}

Outbound::Handle Outbound::open(const std::string& target) {
  const std::lock_guard lock(mutex_);
  if (target.empty() || clients_.size() == kMostHandles || ended_) return 0;
  const auto peer = peers_.find(target);
  clients_.emplace(++last_, Client{.target = target, .peer = peer == peers_.end() ? nullptr : peer->second.get()});
  return last_;
}

void Outbound::close(Handle client) {
  std::shared_ptr<Receiver> receiver;
  std::vector<Handle> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(client);
    if (found == clients_.end()) return;
    receiver = found->second.receiver;
    clients_.erase(found);
    for (const auto& [handle, subscribed] : subscriptions_) {
      if (subscribed.client == client) subscriptions.push_back(handle);
    }
  }
  for (const Handle handle : subscriptions) unsubscribe(handle);
  take_away(*receiver);
}

std::optional<Outbound::Client> Outbound::find(Handle client) {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client);
  return found == clients_.end() || ended_ ? std::nullopt : std::optional(found->second);
}

Error Outbound::refusal(const std::string& target) {
  const auto unopened = unopened_.find(target);
  const Error error = unopened == unopened_.end() ? context_.client(target).error() : unopened->second;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = said_.size() < kMostHandles && said_.insert(target).second;
  }
  if (first) context_.log().warn("denied", {{"target", target}, {"why", error.message}});
  return error;
}

Outbound::Answer Outbound::failed(const Error& error, const std::string& target) {
  const bool away = error.code == Code::unavailable || error.reason == "host.not_required";
  const bool wrong = error.code == Code::invalid_argument;
  return {away ? LP_ERR_UNAVAILABLE : (wrong ? LP_ERR_INVALID_ARG : LP_ERR_INTERNAL), error_text(error, target)};
}

Outbound::Answer Outbound::answer(Peer& peer, const ForeignCall& call, const Result<ipc::Response>& response) {
  if (!response) {
    std::string refused = refused_text(call, response.error(), peer.name());
    return refused.empty() ? failed(response.error(), peer.name()) : Answer{LP_OK, std::move(refused)};
  }
  peer.seen(*response);
  const Result<Value> result = decode_msgpack(response->result());
  return result ? Answer{LP_OK, result_text(call, *result)} : failed(result.error(), peer.name());
}

Outbound::Answer Outbound::call(Handle client, const std::string& method, const std::string& arguments,
                                int timeout_ms) {
  const std::optional<Client> found = find(client);
  if (!found) return {LP_ERR_INVALID_ARG, {}};
  if (found->peer == nullptr) return failed(refusal(found->target), found->target);
  Peer& peer = *found->peer;
  const MonotonicTime until = end_of(timeout_ms);
  Peer::Document document = peer.document();
  if (document == nullptr) {
    const auto learned = peer.learn(peer.client().call_and_wait(peer.ask_document(left_until(until))));
    if (!learned) return failed(learned.error(), peer.name());
    document = *learned;
  }
  const Result<ForeignCall> made = make_call(*document, peer.name(), method, arguments);
  if (!made) return failed(made.error(), peer.name());
  return answer(peer, *made, peer.client().call_and_wait(request_of(*made, until)));
}

int Outbound::call_async(Handle client, const std::string& method, const std::string& arguments, int timeout_ms,
                         Done done) {
  const std::optional<Client> found = find(client);
  if (!found) return LP_ERR_INVALID_ARG;
  if (found->peer == nullptr) {
    const Answer refused = failed(refusal(found->target), found->target);
    callbacks_.post([this, receiver = found->receiver, refused, done = std::move(done)] {
      deliver(*receiver, [&] { done(refused); });
    });
    return LP_OK;
  }
  const auto pending = std::make_shared<Pending>(
      Pending{*found->peer, found->receiver, method, arguments, end_of(timeout_ms), std::move(done)});
  with_document(*found->peer, [this, pending](const auto& document) { go_on(pending, document); });
  return LP_OK;
}

void Outbound::go_on(const std::shared_ptr<Pending>& pending, const Result<Peer::Document>& document) {
  Peer& peer = pending->peer;
  if (!document) return finish(pending, failed(document.error(), peer.name()));
  Result<ForeignCall> made = make_call(**document, peer.name(), pending->method, pending->arguments);
  if (!made) return finish(pending, failed(made.error(), peer.name()));
  pending->call = std::move(*made);
  peer.client().call(request_of(pending->call, pending->until), [this, pending](Result<ipc::Response> response) {
    const auto kept = std::make_shared<const Result<ipc::Response>>(std::move(response));
    callbacks_.post([this, pending, kept] { finish(pending, answer(pending->peer, pending->call, *kept)); });
  });
}

void Outbound::finish(const std::shared_ptr<Pending>& pending, const Answer& answer) {
  deliver(*pending->receiver, [&] { pending->done(answer); });
}

void Outbound::with_document(Peer& peer, std::function<void(const Result<Peer::Document>&)> then) {
  if (Peer::Document document = peer.document()) {
    callbacks_.post([document = std::move(document), then = std::move(then)] { then(document); });
    return;
  }
  peer.client().call(peer.ask_document(kDocumentMs), [this, &peer, then](Result<ipc::Response> response) {
    const auto kept = std::make_shared<const Result<ipc::Response>>(std::move(response));
    callbacks_.post([&peer, then, kept] { then(peer.learn(*kept)); });
  });
}

}  // namespace status::module_host::logos
