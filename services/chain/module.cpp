#include "services/chain/module.h"

#include <memory>
#include <set>
#include <vector>

#include "ipc/api/convert.h"
#include "ipc/base/words.h"
#include "metrics/service_instruments.h"
#include "services/chain/endpoint_backend.h"
#include "services/chain/io_thread.h"
#include "services/chain/metered_backend.h"
#include "services/chain/module_events.h"
#include "services/chain/native/library_link.h"
#include "services/chain/service.h"

namespace status::chain {
namespace {

// One for a network, by the word of the configuration: `[chain] backend = "embedded"`.
Result<std::unique_ptr<EndpointBackend>> make_backend(host::ModuleContext& context, IoThread& thread, Network network) {
  const std::string& word = context.backend();
  if (word == "embedded") return std::make_unique<EndpointBackend>(std::move(network), EndpointMode::embedded, thread);
  if (word == "attach") return std::make_unique<EndpointBackend>(std::move(network), EndpointMode::attach, thread);
  if (word != "native") {
    return fail(Code::failed_precondition, "chain.unknown_backend",
                "`chain.backend` is " + in_quotes(word) + R"(; this build has "attach", "embedded" and "native")");
  }
  const Result<ipc::Client*> client = context.client("chain_native");
  if (!client) return fail(client.error());
  if (!network.endpoints.empty() || !network.proxies.empty()) {
    return fail(Code::invalid_argument, "chain.bad_configuration",
                "with chain.backend = \"native\" the library asks the endpoints: they belong into executionApiUrls of "
                "[chain_native.config], and not into [chain]");
  }
  return std::make_unique<EndpointBackend>(
      std::move(network), EndpointMode::attach, thread,
      [&client = **client](boost::asio::io_context& io) { return native::library_place(io, client); });
}

class ChainModule final : public host::Service {
 public:
  explicit ChainModule(host::ModuleContext& context) : context_(context), events_(context) {}

  Status open() {
    Result<Networks> configured = read_networks(context_.config());
    if (!configured) return fail(configured.error());
    if (context_.backend() == "native" && configured->networks.size() > 1) {
      return fail(Code::invalid_argument, "chain.bad_configuration",
                  "with chain.backend = \"native\" there is one network, the library's: remove [chain.networks]");
    }
    std::vector<ChainService::Served> served;
    for (Network& network : configured->networks) {
      const NetworkSettings settings = network.settings;
      Result<std::unique_ptr<EndpointBackend>> backend = make_backend(context_, thread_, std::move(network));
      if (!backend) return fail(backend.error());
      backends_.push_back(std::move(*backend));
      metered_.push_back(std::make_unique<MeteredBackend>(*backends_.back(), context_.backend_gate()));
      served.push_back({settings.network, settings.chain_id, context_.backend(), metered_.back().get()});
    }
    const ModuleSettings& settings = configured->settings;
    service_ = std::make_unique<ChainService>(
        std::move(served), events_, context_.clock(),
        ServiceOptions{std::set<std::string>(settings.rpc_methods.begin(), settings.rpc_methods.end()),
                       settings.confirmations});
    return {};
  }

  Status start() override {
    service_->start();
    metrics::watch_traffic(context_.instruments().registry(), [this] {
      metrics::TrafficLoad sum;
      for (const auto& backend : backends_) {
        sum.received += backend->traffic().received;
        sum.sent += backend->traffic().sent;
      }
      return sum;
    });
    serve_methods();
    return {};
  }

  void stop() override { service_->stop(); }

 private:
  // Answers later, as `ipc::serve_async` does, and knows by when.
  template <class M, class Method>
  void serve(Method method) {
    const auto handler = [this, method](ipc::Call call) {
      const Result<typename M::Request> request = api::decode<typename M::Request>(call.params(), api::Mode::strict);
      if (!request) return call.fail(request.error());
      const MonotonicTime deadline = call.deadline();
      call.hand_to(Stage::backend);
      const auto shared = std::make_shared<ipc::Call>(std::move(call));
      method(*service_, *request, deadline, [this, shared](const Result<typename M::Reply>& reply) {
        if (!reply) return shared->fail(reply.error());
        const Result<Bytes> encoded = api::encode(*reply);
        encoded ? shared->reply(*encoded, {.cursor = context_.events().cursor_now()}) : shared->fail(encoded.error());
      });
    };
    context_.server().handle(context_.module() + "." + M::info().name, ipc::Run::worker, handler);
  }

  void serve_methods() {
    serve<GetStatus>([](ChainService& s, const auto& request, auto, auto answer) { s.status(request, answer); });
    serve<Balance>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.balance(r, deadline, answer); });
    serve<Nonce>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.nonce(r, deadline, answer); });
    serve<GetCode>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.code(r, deadline, answer); });
    serve<StorageAt>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.storage_at(r, deadline, answer); });
    serve<CallContract>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.call(r, deadline, answer); });
    serve<EstimateGas>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.estimate_gas(r, deadline, answer); });
    serve<GetFees>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.fees(r, deadline, answer); });
    serve<GetBlock>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.block(r, deadline, answer); });
    serve<GetTransaction>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.transaction(r, deadline, answer); });
    serve<GetReceipt>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.receipt(r, deadline, answer); });
    serve<GetLogs>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.logs(r, deadline, answer); });
    serve<SendRawTransaction>(
        [](ChainService& s, const auto& r, auto deadline, auto answer) { s.send(r, deadline, answer); });
    serve<Rpc>([](ChainService& s, const auto& r, auto deadline, auto answer) { s.rpc(r, deadline, answer); });
  }

  host::ModuleContext& context_;
  ModuleEvents events_;
  IoThread thread_;
  std::vector<std::unique_ptr<EndpointBackend>> backends_;
  std::vector<std::unique_ptr<MeteredBackend>> metered_;
  std::unique_ptr<ChainService> service_;
};

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  auto module = std::make_unique<ChainModule>(context);
  if (Status opened = module->open(); !opened) return fail(std::move(opened.error()));
  return module;
}

}  // namespace

host::ModuleDefinition module() { return {.interface = &interface, .make = make, .workers = 2}; }

}  // namespace status::chain
