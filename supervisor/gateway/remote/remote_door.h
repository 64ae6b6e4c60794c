// The door for front ends on other machines, `tls+tcp://`: there only when the operator says so (`remote.listen`).
//
// A client is known by the key of its certificate: no token was made for that key (statusctl token create --client),
// and the handshake is refused before any message is read. What it may then do is that token's scope (remote_bridge.h).
//
// NNG has a tls+tcp transport, but not one to build this on as Debian 12 has it (1.5.2 over Mbed TLS 2.28): it ends at
// TLS 1.2, knows no Ed25519, checks certificates against authorities alone, never tells whose certificate a message
// came with, and its listeners die as those of ipc:// do (ipc/server/listener.h). So TLS 1.3 is OpenSSL's here, and
// what is inside are NNG's own frames (ipc/remote/sp_frames.h): a client with an NNG that has TLS 1.3 and Ed25519 can
// dial in itself, others use ipc/remote/tunnel.h.
//
// It has a thread of its own, so that handshakes of strangers delay nobody's events. Any thread, but one at a time.
#pragma once

#include <memory>
#include <string>

#include "ipc/base/clock.h"
#include "metrics/registry.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/named_tokens.h"

namespace status::gateway {

struct RemoteDoorConfig {
  std::string listen;        // tls+tcp://address:port
  std::string key_file;      // the node's own Ed25519 key: made at the first use, 0600
  std::string address_file;  // where the address that is served is written; for port 0 the same again next time
  std::string front_url;     // the node's own front door
};

class RemoteDoor {
 public:
  static constexpr std::size_t kMaxConnections = 32;
  static constexpr std::size_t kMaxPerClient = 8;
  // Past it the oldest handshake is given up: an honest one takes a round trip or two.
  static constexpr std::size_t kMaxHandshakes = 16;
  // Requests and answers that are held for all connections together.
  static constexpr std::size_t kMaxBytes = 96U << 20U;

  // What it works with; all outlive it.
  struct Tools {
    NamedTokens& tokens;
    metrics::Registry& registry;
    const Clock& clock;
    const Log& log;
  };

  // Binds; nobody is let in yet. Errors: INVALID_ARGUMENT (`gateway.bad_remote_listen`), those of
  // tls::load_or_create_identity and of listen_on.
  static Result<std::unique_ptr<RemoteDoor>> open(const RemoteDoorConfig& config, const Tools& tools);
  // finish() if that has not been done.
  ~RemoteDoor();

  // Lets clients in: once the front door is open.
  Status serve();
  // Closes all connections and ends the thread. The front door must be open still.
  void finish();

  // As it is bound: "tls+tcp://0.0.0.0:7443".
  const std::string& url() const;
  // What clients pin.
  std::string fingerprint() const;

 private:
  struct Impl;
  explicit RemoteDoor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace status::gateway
