#include "services/waku/mesh/dialer.h"

#include <algorithm>

#include "services/waku/backoff.h"

namespace status::waku::mesh {
namespace {

Error attempt_error(const PeerAddress& address, CloseReason reason, const std::string& text) {
  const std::string message = to_text(address) + ": " + text;
  switch (reason) {
    case CloseReason::wrong_peer:
      return make_error(Code::failed_precondition, "waku.wrong_peer",
                        "another node answers there than the pinned one: " + message);
    case CloseReason::wrong_network:
    case CloseReason::version:
      return make_error(Code::failed_precondition, "waku.wrong_network", message);
    case CloseReason::not_allowed:
      return make_error(Code::permission_denied, "waku.not_allowed",
                        "the peer takes configured peers only: " + message);
    case CloseReason::self:
      return make_error(Code::invalid_argument, "waku.invalid_address",
                        "the address leads back to this node: " + message);
    default:
      return make_retryable(Code::unavailable, "waku.peer_unreachable", message);
  }
}

void answer(Dialer::Target& target, const Result<std::string>& result) {
  std::vector<Done<std::string>> waiters;
  waiters.swap(target.waiters);
  for (const Done<std::string>& done : waiters) done(result);
}

}  // namespace

Dialer::Target* Dialer::find(const PeerAddress& address) {
  const auto found =
      std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) { return target->address == address; });
  return found == targets_.end() ? nullptr : found->get();
}

Dialer::Target& Dialer::insert(const PeerAddress& address, bool configured) {
  Target& target = *targets_.emplace_back(std::make_shared<Target>(runtime_));
  target.address = address;
  target.configured = configured;
  target.id = address.pin;
  return target;
}

bool Dialer::pinned(const PeerId& id) const {
  return std::any_of(targets_.begin(), targets_.end(), [&](const auto& target) { return target->address.pin == id; });
}

std::size_t Dialer::missing() const {
  return static_cast<std::size_t>(std::count_if(targets_.begin(), targets_.end(), [this](const auto& target) {
    return !target->gave_up && !satisfied(*target);
  }));
}

void Dialer::add(const PeerAddress& address, bool configured) {
  if (Target* target = find(address)) {
    target->configured |= configured;
    return;
  }
  Target& target = insert(address, configured);
  target.established = true;
  dial(target);
}

void Dialer::connect(const PeerAddress& address, Done<std::string> done) {
  Target* target = find(address);
  if (target == nullptr) target = &insert(address, false);
  if (target->id && satisfied(*target)) return done(to_text(*target->id));
  target->waiters.push_back(std::move(done));
  target->delay = Milliseconds(0);
  if (target->peer == nullptr) dial(*target);
}

Result<const Peer*> Dialer::remove(const PeerAddress& address) {
  const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) {
    return target->address == address && !target->configured;
  });
  if (found == targets_.end()) {
    return fail(Code::not_found, "waku.unknown_peer", to_text(address) + " was not added by connect");
  }
  const Peer* peer = (*found)->peer;
  answer(**found, fail(make_error(Code::aborted, "waku.peer_removed", "the peer was removed meanwhile")));
  targets_.erase(found);
  return peer;
}

void Dialer::dial(Target& target) {
  if (stopped_ || target.gave_up || target.peer != nullptr) return;
  target.timer.cancel();
  target.ready = false;
  target.peer = hooks_.dial(target.address);
}

void Dialer::schedule(const std::shared_ptr<Target>& target) {
  if (stopped_ || target->gave_up) return;
  target->delay = next_backoff(target->delay, runtime_.config.reconnect_first, runtime_.config.reconnect_max);
  target->timer.expires_after(jittered(target->delay, runtime_.random));
  // Weak: an expiry that is queued already is not cancelled by the timer's end.
  target->timer.async_wait([this, weak = std::weak_ptr(target)](const boost::system::error_code& error) {
    const std::shared_ptr<Target> waiting = error ? nullptr : weak.lock();
    if (waiting != nullptr && !satisfied(*waiting)) dial(*waiting);
  });
}

void Dialer::on_ready(const Peer& peer) {
  for (const auto& target : targets_) {
    if (target->peer != &peer) continue;
    target->id = peer.id();
    target->ready = target->established = true;
    target->delay = Milliseconds(0);
    target->last_error.clear();
    answer(*target, to_text(peer.id()));
  }
}

void Dialer::on_gone(const Peer& peer, CloseReason reason, const std::string& text) {
  // Answering may not remove targets, so the list stays; only a failed `connect` takes its own target away.
  for (const auto& target : targets_) {
    if (target->peer == &peer) {
      on_attempt_ended(target, reason, text);
    } else if (target->peer == nullptr && target->id == peer.id() && !satisfied(*target)) {
      schedule(target);  // it was content with that link
    }
  }
  std::erase_if(targets_, [](const auto& target) { return target->abandoned; });
}

void Dialer::on_attempt_ended(const std::shared_ptr<Target>& target, CloseReason reason, const std::string& text) {
  target->peer = nullptr;
  target->ready = false;
  if (reason == CloseReason::self) target->gave_up = true;
  const bool asked_for = !target->waiters.empty();
  answer(*target, fail(attempt_error(target->address, reason, text)));
  target->abandoned = asked_for && !target->configured && !target->established;
  if (target->abandoned || satisfied(*target)) return;
  target->last_error = std::string(to_word(reason)) + ": " + text;
  schedule(target);
}

void Dialer::stop() {
  stopped_ = true;
  for (const auto& target : targets_) {
    target->timer.cancel();
    answer(*target, fail(make_retryable(Code::unavailable, "waku.stopping", "the backend is stopping")));
  }
}

}  // namespace status::waku::mesh
