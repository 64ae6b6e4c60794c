#include "ipc/server/access.h"

#include <sodium.h>

#include <algorithm>

namespace status::ipc {

bool MethodSet::contains(std::string_view method) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [method](std::string_view pattern) {
    if (pattern.ends_with('*')) return method.starts_with(pattern.substr(0, pattern.size() - 1));
    return method == pattern;
  });
}

std::string principal_of(const Caller& caller, const RequestHeader& header) {
  return header.user.empty() ? caller.name : caller.name + "/" + std::string(header.user);
}

OpenAccess::OpenAccess(std::string name)
    : caller_(std::make_shared<Caller>(Caller{std::move(name), MethodSet::all()})) {}

Result<std::shared_ptr<const Caller>> OpenAccess::identify(const RequestHeader&) const { return caller_; }

std::shared_ptr<const CredentialAccess> CredentialAccess::from_edges(
    const std::map<std::string, control::EdgeFrom>& from) {
  std::vector<Entry> entries;
  for (const auto& [name, edge] : from) {
    if (edge.sha256.size() != 32) continue;  // an edge that nobody can hold a credential for
    Entry& entry = entries.emplace_back();
    std::copy(edge.sha256.begin(), edge.sha256.end(), entry.sha256.begin());
    entry.caller = std::make_shared<Caller>(Caller{name, MethodSet(edge.methods)});
  }
  return std::make_shared<const CredentialAccess>(std::move(entries));
}

Result<std::shared_ptr<const Caller>> CredentialAccess::identify(const RequestHeader& header) const {
  if (!header.credential || *header.credential == Credential{}) {
    return fail(Code::unauthenticated, "ipc.no_credential",
                "the request carries no credential; front ends send the token in run/token as meta `a`");
  }
  const auto digest = credential_digest(*header.credential);
  for (const Entry& entry : entries_) {
    if (sodium_memcmp(entry.sha256.data(), digest.data(), digest.size()) == 0) return entry.caller;
  }
  return fail(Code::unauthenticated, "ipc.unknown_credential",
              "the credential is not known here; read run/token again, it changes with each start of the node");
}

std::array<std::uint8_t, 32> credential_digest(const Credential& credential) {
  std::array<std::uint8_t, 32> digest;
  crypto_hash_sha256(digest.data(), credential.data(), credential.size());
  return digest;
}

Result<Credential> parse_credential(std::string_view hex) {
  const std::optional<Bytes> raw = from_hex(hex);
  Credential credential;
  if (!raw || raw->size() != credential.size()) {
    return fail(Code::invalid_argument, "ipc.bad_credential", "a credential is 32 hex digits");
  }
  std::copy(raw->begin(), raw->end(), credential.begin());
  return credential;
}

}  // namespace status::ipc
