// Tokens that the local user gave out to front ends: named, with a scope, kept as digests, revocable at once. Any
// thread.
//
//   auto token = tokens.create("desktop", {.methods = {"chat.*"}, .rate_per_second = 50});   // shown once
//   tokens.revoke("desktop");                                                               // the next call is refused
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/server/access.h"
#include "ipc/tls/key_id.h"

namespace status::gateway {

struct TokenScope {
  std::vector<std::string> methods;   // "chat.*", "*", or whole method names
  std::uint32_t rate_per_second = 0;  // requests, in bursts of as many; 0: no limit of its own
  std::int64_t expires_ms = 0;        // Unix; 0: never
  // The key of a client on another machine: the token works through the remote door alone, from whoever has that key.
  // Empty: on this machine alone.
  std::optional<tls::KeyId> client = {};
};

struct NamedToken {
  std::string name;
  TokenScope scope;
  std::int64_t created_ms = 0;
};

// What the remote door needs to know of the one token of a client.
struct RemotePass {
  std::array<std::uint8_t, 32> token_sha256{};
  // Stands for the token at the front door. It is drawn anew by each gateway and never leaves it, so that the token
  // itself, shown there without the client's certificate, opens nothing.
  ipc::Credential credential{};
  std::int64_t expires_ms = 0;  // Unix; 0: never

  bool operator==(const RemotePass&) const = default;
};

class NamedTokens final : public ipc::AccessPolicy {
 public:
  static constexpr std::size_t kMost = 256;

  // `file` keeps them, mode 0600; empty: they end with this object. `others` knows everybody else, first of all the
  // local user. Clock and randomness outlive this.
  NamedTokens(std::string file, std::shared_ptr<const ipc::AccessPolicy> others, const Clock& clock, Random& random);
  ~NamedTokens() override;

  // What the file has. DATA_LOSS (`gateway.bad_tokens`) with what to do: nobody but `others` is known then.
  Status load();

  // The token, 32 hex digits: only its digest is kept. On disk before this returns. INVALID_ARGUMENT
  // (`supervisor.bad_token_name`): 1 to 64 of a-z, 0-9, - and _, a letter first; ALREADY_EXISTS
  // (`supervisor.token_exists`; `supervisor.client_exists`: a client has one token); RESOURCE_EXHAUSTED
  // (`supervisor.too_many_tokens`).
  Result<std::string> create(const std::string& name, TokenScope scope);
  // Returns who had it, whose polls may still wait. NOT_FOUND (`supervisor.unknown_token`). On disk before this
  // returns.
  Result<std::shared_ptr<const ipc::Caller>> revoke(const std::string& name);
  std::vector<NamedToken> list() const;

  // Empty: no token was made for that client.
  std::optional<RemotePass> pass_of(const tls::KeyId& client) const;
  // Called after each revocation, on the thread that revoked. Before the first one; null ends it.
  void on_revoked(std::function<void()> listener);

  // Who has lost a token to time since this was asked last: their polls may still wait. What has run out stays so, also
  // for identify(), should the wall clock go back.
  std::vector<std::shared_ptr<const ipc::Caller>> run_out();
  // UNAUTHENTICATED (`ipc.token_expired`).
  static Error expired(const std::string& name);

  // The caller's name is "token/NAME", its identity (meta `u`) NAME. Errors: those of `others`; UNAUTHENTICATED
  // (`ipc.token_expired`); RESOURCE_EXHAUSTED (`ipc.rate_limited`) with the time after which one more is allowed.
  Result<std::shared_ptr<const ipc::Caller>> identify(const ipc::RequestHeader& header) const override;

 private:
  struct Token;
  using Tokens = std::vector<std::shared_ptr<Token>>;

  std::shared_ptr<Token> find(const ipc::RequestHeader& header) const;
  Status keep(Tokens tokens);

  const std::string file_;
  const std::shared_ptr<const ipc::AccessPolicy> others_;
  const Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;  // guards the next one
  Tokens tokens_;
  std::mutex writing_;  // one change at a time; taken before mutex_; guards the next one
  std::function<void()> revoked_;
};

}  // namespace status::gateway
