// Who is calling, and what that caller may call: deny by default (ARCHITECTURE.md section 3). Identity comes from the
// credential that was drawn for the edge, never from the payload.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/control/control_line.h"
#include "ipc/wire/envelope.h"

namespace status::ipc {

// "chat.*", "*", or a whole method name.
class MethodSet {
 public:
  MethodSet() = default;  // nothing
  explicit MethodSet(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}
  static MethodSet all() { return MethodSet({"*"}); }
  bool contains(std::string_view method) const;

 private:
  std::vector<std::string> patterns_;
};

// The one caller that speaks for others: it says who as meta `u`.
inline constexpr std::string_view kGatewayCaller = "gateway";

struct Caller {
  std::string name;  // a module's name, "gateway", or "local" for the local user
  MethodSet methods;
  // A front end's identity, as the gateway passes it on (meta `u`): at most 64 bytes. Empty: the local user's own
  // token, whose requests travel on without it and so unchanged in length.
  std::string user = {};
};

// Whom a request is for, as the scope of idempotency keys and of stream consumers: "chat", or "gateway/desktop" for a
// front end behind the gateway.
std::string principal_of(const Caller& caller, const RequestHeader& header);

// Thread-safe.
class AccessPolicy {
 public:
  virtual ~AccessPolicy() = default;
  // Asked once for each request. Errors: UNAUTHENTICATED (`ipc.no_credential`, `ipc.unknown_credential`), and what a
  // policy with more conditions says.
  virtual Result<std::shared_ptr<const Caller>> identify(const RequestHeader& header) const = 0;
};

// Everybody is `name` and may call everything: benchmarks and tests of the transport.
class OpenAccess final : public AccessPolicy {
 public:
  explicit OpenAccess(std::string name = "anyone");
  Result<std::shared_ptr<const Caller>> identify(const RequestHeader& header) const override;

 private:
  std::shared_ptr<const Caller> caller_;
};

// By the SHA-256 of the credential: the `from` half of a module's edges (WIRE.md section 5), or a gateway's token.
class CredentialAccess final : public AccessPolicy {
 public:
  struct Entry {
    std::array<std::uint8_t, 32> sha256;
    std::shared_ptr<const Caller> caller;
  };
  explicit CredentialAccess(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  static std::shared_ptr<const CredentialAccess> from_edges(const std::map<std::string, control::EdgeFrom>& from);

  Result<std::shared_ptr<const Caller>> identify(const RequestHeader& header) const override;

 private:
  std::vector<Entry> entries_;
};

std::array<std::uint8_t, 32> credential_digest(const Credential& credential);
// 32 hex digits; INVALID_ARGUMENT otherwise.
Result<Credential> parse_credential(std::string_view hex);

}  // namespace status::ipc
