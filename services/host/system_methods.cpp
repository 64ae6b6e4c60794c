#include "services/host/system_methods.h"

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"

namespace status::host {

void serve_system_methods(ipc::Server& server, const api::Interface& interface, metrics::Instruments& instruments,
                          const std::atomic<bool>& locked) {
  const std::string prefix = interface.name() + "._sys.";
  server.handle(prefix + "describe", ipc::Run::system,
                [&interface](ipc::Call call) { call.reply(encode_msgpack(api::openrpc_document(interface))); });
  server.handle(prefix + "health", ipc::Run::inline_thread, [&server, &locked](ipc::Call call) {
    const ipc::ServerLoad load = server.load();
    call.reply(encode_msgpack(Value::map({{"generation", server.options().generation},
                                          {"locked", locked.load()},
                                          {"queued", load.queued},
                                          {"running", load.running},
                                          {"completed", load.completed},
                                          {"oldest_overrun_ms", load.oldest_overrun_ms}})));
  });
  server.handle(prefix + "metrics", ipc::Run::system, [&server, &instruments](ipc::Call call) {
    const ipc::ServerLoad load = server.load();
    instruments.rpc().set_load(load.running, load.queued, server.options().queue);
    call.reply(encode_msgpack(metrics::encode(instruments.registry().collect())));
  });
}

}  // namespace status::host
