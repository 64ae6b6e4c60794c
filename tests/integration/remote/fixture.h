// A node with its door for other machines open, and clients with keys and tokens of their own.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "ipc/base/tcp_address.h"
#include "metrics/snapshot.h"
#include "tests/integration/remote/tls_client.h"
#include "tests/support/process_node.h"
#include "tests/support/temp_dir.h"

namespace status::test {

class RemoteTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  struct Scope {
    std::vector<std::string> methods = {"supervisor.*"};
    std::uint32_t rate = 0;
    std::int64_t expires_ms = 0;
  };
  // A key of its own for that client.
  const tls::Identity& identity(const std::string& name);
  std::string key_file(const std::string& name) const { return dir_ / (name + ".pem"); }
  // A token that was made for that client, by its name.
  std::string token_for(const std::string& client, const Scope& scope);
  std::string token_for(const std::string& client) { return token_for(client, Scope{}); }
  // One that works on this machine.
  std::string local_token(const std::string& name);

  TlsClient connect(const std::string& client) { return TlsClient(port(), &identity(client)); }
  // What `supervisor.hello` says of the door.
  Value door();
  std::uint16_t port();
  std::string fingerprint() { return door().string_or("fingerprint", ""); }
  // Asks until it is so: what a node does after it has closed a connection, nobody tells.
  static bool eventually(const std::function<bool()>& so);
  // A counter or gauge of the gateway's as it is now; 0 without that series.
  double figure(const std::string& family, const metrics::Labels& labels = {});
  // True once `status_remote_refused_total` of that reason is `count`.
  bool counted(const std::string& reason, double count);
  // True once the gateway's log has `count` lines with that in them, and then no more. A log is a moment behind.
  bool logged(const std::string& part, std::size_t count);

  TempDir dir_;
  ProcessNode node_{{.settings = {"modules=[\"keys\"]", "remote.listen=\"tls+tcp://127.0.0.1:0\""}, .arguments = {}}};
  std::map<std::string, tls::Identity> identities_;
};

}  // namespace status::test
