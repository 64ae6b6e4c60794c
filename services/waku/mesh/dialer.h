// Keeps the links that this node wants: dials, waits with backoff and jitter, dials again. Mesh thread only.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/waku/backend.h"
#include "services/waku/mesh/close_reason.h"
#include "services/waku/mesh/peer.h"
#include "services/waku/mesh/runtime.h"

namespace status::waku::mesh {

class Dialer {
 public:
  struct Target {
    explicit Target(Runtime& runtime) : timer(runtime.io) {}

    PeerAddress address;
    bool configured = false;     // false: added by `connect`
    std::optional<PeerId> id;    // pinned, or learned on the last link
    const Peer* peer = nullptr;  // the attempt or link under way
    bool ready = false;          // that link stands
    bool established = false;    // a link has stood once, so that it is kept up
    bool gave_up = false;        // the address leads back to this node
    bool abandoned = false;      // a `connect` that failed: to be removed
    Milliseconds delay{0};       // before the next attempt
    std::string last_error;
    std::vector<Done<std::string>> waiters;
    boost::asio::steady_timer timer;
  };

  struct Hooks {
    std::function<const Peer*(const PeerAddress&)> dial;  // starts an attempt
    std::function<bool(const PeerId&)> linked;            // a link to that node stands, whoever dialled it
  };

  Dialer(Runtime& runtime, Hooks hooks) : runtime_(runtime), hooks_(std::move(hooks)) {}

  // Dials at once, without an answer to anybody, and keeps trying. A second one of the same address is ignored.
  void add(const PeerAddress& address, bool configured);
  // As Backend::connect and Backend::disconnect.
  void connect(const PeerAddress& address, Done<std::string> done);
  Result<const Peer*> remove(const PeerAddress& address);  // the link to close, or null

  // Of every peer, also those that dialled us.
  void on_ready(const Peer& peer);
  void on_gone(const Peer& peer, CloseReason reason, const std::string& text);
  void stop();

  const std::vector<std::shared_ptr<Target>>& targets() const { return targets_; }
  bool pinned(const PeerId& id) const;
  // How many targets have no link.
  std::size_t missing() const;
  bool satisfied(const Target& target) const { return target.ready || (target.id && hooks_.linked(*target.id)); }

 private:
  Target* find(const PeerAddress& address);
  Target& insert(const PeerAddress& address, bool configured);
  void dial(Target& target);
  void schedule(const std::shared_ptr<Target>& target);
  void on_attempt_ended(const std::shared_ptr<Target>& target, CloseReason reason, const std::string& text);

  Runtime& runtime_;
  Hooks hooks_;
  std::vector<std::shared_ptr<Target>> targets_;
  bool stopped_ = false;
};

}  // namespace status::waku::mesh
