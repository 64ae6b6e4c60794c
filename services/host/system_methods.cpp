#include "services/host/system_methods.h"

#include <algorithm>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::host {
namespace {

Status check_method(const std::string& method, const api::Interface& interface) {
  if (method == interface.name() + ".*") return {};
  std::vector<std::string> known;
  for (const api::Method& each : interface.methods()) known.push_back(interface.full_name(each.info.name));
  if (std::ranges::find(known, method) != known.end()) return {};
  const std::string near = nearest_word(method, known);
  const std::string guess = near.empty() ? "" : "; did you mean `" + near + "`?";
  return fail(Code::invalid_argument, "host.unknown_method",
              interface.name() + " has no method " + in_quotes(method) + guess);
}

std::string sum_up(const std::vector<api::Fault>& faults) {
  const std::string some =
      faults.size() == 1 ? "a fault was put in" : std::to_string(faults.size()) + " faults were put in";
  return some + ", the first is " + faults[0].kind + " of " + faults[0].method + " (" + faults[0].stage +
         "): statusctl fault list";
}

}  // namespace

void serve_faults(ModuleContext& context, const api::Interface& interface) {
  context.server().handle(
      interface.name() + "._sys.set_faults", ipc::Run::inline_thread, [&context, &interface](ipc::Call call) {
        if (call.caller().name != ipc::kGatewayCaller) {
          return call.fail(make_error(Code::permission_denied, "host.gateway_only", "only the gateway puts faults in"));
        }
        Result<api::SetFaults> request = api::decode<api::SetFaults>(call.params(), api::Mode::strict);
        if (!request) return call.fail(request.error());
        for (const api::Fault& fault : request->faults) {
          if (Status known = check_method(fault.method, interface); !known) return call.fail(known.error());
        }
        request->faults.empty() ? context.recovered("faults") : context.degraded("faults", sum_up(request->faults));
        context.faults().set(std::move(request->faults));
        call.reply(encode_msgpack(Value(Value::Map{})));
      });
}

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
