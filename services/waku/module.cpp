#include "services/waku/module.h"

#include "ipc/base/codec.h"
#include "ipc/server/typed.h"
#include "ipc/stream/durable_stream.h"
#include "services/host/durable_source.h"
#include "services/host/module_database.h"
#include "services/waku/backends.h"
#include "services/waku/mesh/database_archive.h"
#include "services/waku/metered_backend.h"
#include "services/waku/schema.h"
#include "services/waku/service.h"

namespace status::waku {
namespace {

class ModuleEvents final : public EventSink {
 public:
  explicit ModuleEvents(host::ModuleContext& context) : context_(context) {}
  void publish(std::string_view event, Value data) override {
    context_.events().publish(context_.module() + "." + std::string(event), encode_msgpack(data));
  }
  void note(const std::string& text) override { context_.log().info(text); }

 private:
  host::ModuleContext& context_;
};

class WakuModule final : public host::Service {
 public:
  WakuModule(host::ModuleContext& context, std::unique_ptr<host::ModuleDatabase> database)
      : context_(context), database_(std::move(database)), events_(context) {}

  Status open() {
    store::Database& database = database_->database();
    const Result<store::MigrationOutcome> migrated =
        store::migrate(database, {waku_migration(1), mesh::archive_migration(2), subscription_since_migration(3),
                                  position_backend_migration(4)});
    if (!migrated) return fail(migrated.error());
    if (Status adopted = adopt_backend(database, context_.backend()); !adopted) return adopted;
    if (Status watching = database_->watch_integrity(context_); !watching) return watching;
    Result<std::unique_ptr<Backend>> backend = make_backend(context_, database);
    if (!backend) return fail(std::move(backend.error()));
    backend_ = std::make_unique<MeteredBackend>(std::move(*backend), context_.backend_gate());
    Result<std::unique_ptr<WakuService>> service = WakuService::open({.database = database,
                                                                      .backend = *backend_,
                                                                      .events = events_,
                                                                      .clock = context_.clock(),
                                                                      .random = context_.random(),
                                                                      .generation = context_.generation(),
                                                                      .custody = context_.instruments().custody()});
    if (!service) return fail(std::move(service.error()));
    service_ = std::move(*service);
    return {};
  }

  Status start() override {
    source_ = std::make_unique<host::DurableLogSource>(service_->messages());
    messages_ = std::make_unique<ipc::DurableStream>(context_.server(), "waku.messages.next", *source_);
    service_->messages().on_append([this](std::uint64_t) { messages_->wake(); });
    watch_messages();
    serve_methods();
    return service_->start();
  }

  void stop() override { service_->stop(); }

 private:
  void watch_messages() {
    metrics::watch_stream(context_.instruments().registry(), "messages",
                          [this, known = store::DurableLog::Size{}]() mutable {
                            store::DurableLog& log = service_->messages();
                            known = log.size().value_or(known);  // what was last seen, while the database is busy
                            return metrics::StreamLoad{known.entries, known.lag, log.dropped()};
                          });
  }

  static Caller caller_of(const ipc::CallContext& call) {
    return {call.principal(), std::string(call.header.idempotency_key)};
  }

  template <class M, class Method>
  void serve(Method method) {
    ipc::serve<M>(context_.server(), ipc::Run::worker,
                  [this, method](const typename M::Request& request, ipc::CallContext& call) {
                    Result<typename M::Reply> reply = method(*service_, request, caller_of(call));
                    call.cursor = context_.events().cursor_now();
                    return reply;
                  });
  }

  void serve_methods() {
    serve<Subscribe>([](WakuService& s, const auto& request, const Caller& by) { return s.subscribe(request, by); });
    serve<Unsubscribe>(
        [](WakuService& s, const auto& request, const Caller& by) { return s.unsubscribe(request, by); });
    serve<Send>([](WakuService& s, const auto& request, const Caller& by) { return s.send(request, by); });
    serve<Peers>([](WakuService& s, const auto&, const Caller&) { return s.peers(); });
    serve<Disconnect>([](WakuService& s, const auto& request, const Caller& by) { return s.disconnect(request, by); });
    serve<Info>([](WakuService& s, const auto&, const Caller&) { return s.info(); });
    ipc::serve_async<StoreQueryMethod>(
        context_.server(), ipc::Run::worker, Stage::backend,
        [this](const auto& request, auto answer) { service_->store_query(request, std::move(answer)); });
    context_.server().handle("waku.connect", ipc::Run::worker, [this](ipc::Call call) { connect(std::move(call)); });
  }

  // Answers later, as `ipc::serve_async` does, and needs the caller.
  void connect(ipc::Call call) {
    const Result<Connect::Request> request = api::decode<Connect::Request>(call.params(), api::Mode::strict);
    if (!request) return call.fail(request.error());
    const Caller by = caller_of({call.caller(), call.header(), call.params(), call.deadline()});
    call.hand_to(Stage::backend);
    const auto shared = std::make_shared<ipc::Call>(std::move(call));
    service_->connect(*request, by, [this, shared](const Result<Connect::Reply>& reply) {
      if (!reply) return shared->fail(reply.error());
      const Result<Bytes> encoded = api::encode(*reply);
      encoded ? shared->reply(*encoded, {.cursor = context_.events().cursor_now()}) : shared->fail(encoded.error());
    });
  }

  host::ModuleContext& context_;
  std::unique_ptr<host::ModuleDatabase> database_;
  ModuleEvents events_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<WakuService> service_;
  std::unique_ptr<host::DurableLogSource> source_;
  std::unique_ptr<ipc::DurableStream> messages_;
};

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  Result<std::unique_ptr<host::ModuleDatabase>> database = host::ModuleDatabase::open(context);
  if (!database) return fail(std::move(database.error()));
  auto module = std::make_unique<WakuModule>(context, std::move(*database));
  if (Status opened = module->open(); !opened) return fail(std::move(opened.error()));
  return module;
}

}  // namespace

host::ModuleDefinition module() { return {.interface = &interface, .make = make, .workers = 2, .secret = true}; }

}  // namespace status::waku
