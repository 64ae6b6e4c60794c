// The way from a program to the front door of a node on another machine: a local socket that ipc::Client dials as if
// the node were here, and TLS from there to the node.
//
//   auto tunnel = remote::Tunnel::open({.node = {"192.0.2.7", 7443}, .node_key = pin, .key_file = "ops.pem"});
//   auto client = ipc::Client::open({.url = (*tunnel)->url(), .target = "supervisor", .credential = token});
//
// It changes nothing of what passes but the framing of NNG's ipc transport into that of its tcp one (sp_frames.h). A
// connection that breaks at one end is closed at the other: the client redials, and the node is dialled again. Any
// thread; it has one of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/tcp_address.h"
#include "ipc/tls/key_id.h"

namespace status::remote {

struct TunnelOptions {
  TcpAddress node;
  tls::KeyId node_key{};  // the one that must answer there
  std::string key_file;   // the client's own: PEM, 0600
};

class Tunnel {
 public:
  // Makes a private directory for the socket (TMPDIR, or /tmp), and dials when the client does. Errors: NOT_FOUND
  // (`remote.no_identity`) without a key file, those of tls::load_or_create_identity, system errors.
  static Result<std::unique_ptr<Tunnel>> open(const TunnelOptions& options);
  ~Tunnel();

  // For ipc::Client.
  std::string url() const;
  // Why there is no connection: UNAVAILABLE (`remote.unreachable`), PERMISSION_DENIED (`remote.wrong_node`: another key
  // answers there; `remote.refused`: the node closed the door, as it does when no token was made for this client's
  // key). Empty while there is one, and before the first attempt has ended.
  std::optional<Error> trouble() const;

 private:
  struct Impl;
  explicit Tunnel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace status::remote
