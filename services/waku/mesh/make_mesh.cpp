// The mesh as a backend of the module: its settings, its archive in the module's database, and its traffic as metrics.
#include "services/waku/backends.h"
#include "services/waku/mesh/database_archive.h"
#include "services/waku/mesh/mesh_backend.h"

namespace status::waku {

Result<std::unique_ptr<Backend>> make_mesh(host::ModuleContext& context, store::Database& database,
                                           const Value& settings) {
  Result<mesh::Config> config = mesh::parse_config(settings);
  if (!config) return fail(std::move(config.error()));
  Result<std::unique_ptr<mesh::DatabaseArchive>> archive = mesh::DatabaseArchive::open(database, context.random());
  if (!archive) return fail(std::move(archive.error()));
  auto backend = std::make_unique<mesh::MeshBackend>(mesh::MeshBackend::Parts{
      std::move(*config), context.data_dir(), std::move(*archive), context.clock(), context.random()});
  metrics::watch_traffic(context.instruments().registry(), [&traffic = backend->traffic()] {
    return metrics::TrafficLoad{traffic.received, traffic.sent};
  });
  return backend;
}

}  // namespace status::waku
