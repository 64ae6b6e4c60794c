// A running node as a backend of the module: its settings, and the traffic with it as metrics.
#include "services/waku/attach/attach_backend.h"
#include "services/waku/backends.h"

namespace status::waku {

Result<std::unique_ptr<Backend>> make_attach(host::ModuleContext& context, store::Database&, const Value& settings) {
  Result<attach::Config> config = attach::parse_config(settings);
  if (!config) return fail(std::move(config.error()));
  auto backend = std::make_unique<attach::AttachBackend>(
      attach::AttachBackend::Parts{std::move(*config), context.data_dir(), context.clock(), context.random()});
  metrics::watch_traffic(context.instruments().registry(), [&traffic = backend->traffic()] {
    return metrics::TrafficLoad{traffic.received, traffic.sent};
  });
  return backend;
}

}  // namespace status::waku
