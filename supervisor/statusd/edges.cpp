#include "supervisor/statusd/edges.h"

#include <sodium/crypto_hash_sha256.h>

namespace status::supervisor {
namespace {

constexpr std::size_t kCredentialBytes = 16;

Bytes draw(Random& random) {
  Bytes credential(kCredentialBytes);
  random.fill(credential);
  return credential;
}

Bytes digest(const Bytes& credential) {
  Bytes out(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(out.data(), credential.data(), credential.size());
  return out;
}

}  // namespace

EdgeBook::EdgeBook(const std::vector<ModulePlan>& modules, const NodePaths& paths, Random& random) : paths_(paths) {
  for (const ModulePlan& plan : modules) {
    const Manifest& manifest = plan.manifest;
    if (manifest.name != kGateway) edges_.push_back({std::string(kGateway), manifest.name, draw(random), {"*"}});
    for (const Requirement& requirement : manifest.requires_) {
      edges_.push_back({manifest.name, requirement.module, draw(random), requirement.methods});
    }
  }
}

ipc::control::Edges EdgeBook::edges_of(const std::string& module) const {
  ipc::control::Edges out;
  for (const Edge& edge : edges_) {
    if (edge.from == module) out.to[edge.to] = {"ipc://" + paths_.socket_of(edge.to), edge.credential};
    if (edge.to == module) out.from[edge.from] = {digest(edge.credential), edge.methods};
  }
  return out;
}

Bytes EdgeBook::gateway_credential(const std::string& module) const {
  for (const Edge& edge : edges_) {
    if (edge.from == kGateway && edge.to == module) return edge.credential;
  }
  return {};
}

}  // namespace status::supervisor
