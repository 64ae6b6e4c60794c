// echo: the module that ipc_bench measures against: gives back what it gets, on the thread that received it.
#include "ipc/server/server.h"
#include "services/host/module_context.h"
#include "services/host/service_main.h"

namespace status::bench {
namespace {

struct Say {
  struct Request {
    Bytes data;
    static void describe(api::Fields<Request>& f) { f.add("data", &Request::data, "Anything."); }
  };
  using Reply = Request;
  static api::MethodInfo info() {
    return {.name = "say", .summary = "Gives back what it gets.", .effect = api::Effect::read};
  }
};

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("echo", {1, 0}, "Echo", {"bench", "bench@status.example"}).method<Say>();
  return declared;
}

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  context.server().handle("echo.say", ipc::Run::inline_thread, [](ipc::Call call) { call.reply(call.params()); });
  return std::make_unique<host::Service>();
}

}  // namespace
}  // namespace status::bench

int main() { return status::host::service_main({.interface = &status::bench::interface, .make = status::bench::make}); }
