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

void EdgeBook::update(const std::vector<ModulePlan>& modules) {
  std::vector<Edge> edges;
  for (const ModulePlan& plan : modules) {
    const std::string& name = plan.manifest.name;
    if (name != kGateway) add(edges, std::string(kGateway), name, {"*"});
    for (const Requirement& edge : plan.edges) add(edges, name, edge.module, edge.methods);
  }
  edges_ = std::move(edges);
}

void EdgeBook::add(std::vector<Edge>& edges, const std::string& from, const std::string& to,
                   const std::vector<std::string>& methods) {
  for (const Edge& edge : edges_) {
    if (edge.from == from && edge.to == to) return edges.push_back({from, to, edge.credential, methods});
  }
  edges.push_back({from, to, draw(random_), methods});
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
