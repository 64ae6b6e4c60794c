#include "services/storage/module.h"

#include "ipc/server/typed.h"
#include "services/host/executor.h"
#include "services/host/hkdf.h"
#include "services/host/module_database.h"
#include "services/storage/embedded/config.h"
#include "services/storage/embedded/system_disk.h"
#include "services/storage/instruments.h"
#include "services/storage/metered_backend.h"
#include "services/storage/service.h"

namespace status::storage {
namespace {

class ModuleEvents final : public EventSink, public BackendEvents {
 public:
  explicit ModuleEvents(host::ModuleContext& context) : context_(context) {}

  void progress(const TransferProgress& event) override { context_.publish("progress", event); }
  void stored(const DatasetStored& event) override { context_.publish("stored", event); }
  void removed(const DatasetRemoved& event) override { context_.publish("removed", event); }
  void note(const std::string& text) override { context_.log().info(text); }

  void on_removed(const Cid& cid, Removal why) override {
    removed({cid.text(), why == Removal::expired ? "expired" : "evicted"});
  }
  void on_notice(const std::string& text) override { note(text); }

 private:
  host::ModuleContext& context_;
};

class StorageModule final : public host::Service {
 public:
  StorageModule(host::ModuleContext& context, std::unique_ptr<host::ModuleDatabase> database)
      : context_(context), database_(std::move(database)), events_(context) {}

  Status open() {
    if (context_.backend() != "embedded") {
      return fail(Code::failed_precondition, "storage.unknown_backend",
                  "`storage.backend` is \"" + context_.backend() + "\"; this build has \"embedded\"");
    }
    const Value* settings = context_.config().find("embedded");
    const Result<EmbeddedOptions> options = parse_options(settings != nullptr ? *settings : Value());
    if (!options) return fail(options.error());
    store::Database& database = database_->database();
    const Result<store::MigrationOutcome> migrated = store::migrate(database, {catalogue::migration(1)});
    if (!migrated) return fail(migrated.error());
    if (Status watching = database_->watch_integrity(context_); !watching) return watching;
    Result<std::unique_ptr<SystemDisk>> disk = SystemDisk::at(context_.data_dir() + "/blocks");
    if (!disk) return fail(std::move(disk.error()));
    disk_ = std::move(*disk);
    // The blocks' key comes from the database's: whoever can read the one may read the other.
    Result<std::unique_ptr<EmbeddedBackend>> backend = EmbeddedBackend::open(
        {.database = database,
         .disk = *disk_,
         .node_key = host::hkdf_sha256(database.key().view(), {}, as_bytes("status/storage/blocks/v1"), 32),
         .events = events_,
         .clock = context_.clock(),
         .random = context_.random(),
         .options = *options});
    if (!backend) return fail(std::move(backend.error()));
    backend_ = std::move(*backend);
    metered_ = std::make_unique<MeteredBackend>(*backend_, context_.backend_gate());
    Result<std::unique_ptr<StorageService>> service = StorageService::open({.database = database,
                                                                            .backend = *metered_,
                                                                            .backend_name = context_.backend(),
                                                                            .events = events_,
                                                                            .tickets = context_.bulk()->tickets(),
                                                                            .bulk_url = context_.bulk()->url(),
                                                                            .clock = context_.clock(),
                                                                            .random = context_.random()});
    if (!service) return fail(std::move(service.error()));
    service_ = std::move(*service);
    return {};
  }

  Status start() override {
    watch();
    serve<Get>([](StorageService& s, const auto& request, const Caller&) { return s.get(request); });
    serve<ManifestOf>([](StorageService& s, const auto& request, const Caller&) { return s.manifest(request); });
    serve<List>([](StorageService& s, const auto& request, const Caller&) { return s.list(request); });
    serve<Exists>([](StorageService& s, const auto& request, const Caller&) { return s.exists(request); });
    serve<Delete>([](StorageService& s, const auto& request, const Caller& by) { return s.remove(request, by); });
    serve<Pin>([](StorageService& s, const auto& request, const Caller& by) { return s.pin(request, by); });
    serve<Space>([](StorageService& s, const auto&, const Caller&) { return s.space(); });
    serve<Cancel>([](StorageService& s, const auto& request, const Caller& by) { return s.cancel(request, by); });
    serve_slow<Put>([](StorageService& s, const auto& request, const Caller& by) { return s.put(request, by); });
    serve_slow<Resume>([](StorageService& s, const auto& request, const Caller& by) { return s.resume(request, by); });
    serve_slow<Finish>([](StorageService& s, const auto& request, const Caller& by) { return s.finish(request, by); });
    housework_ = std::make_unique<host::Executor>([this] { next_tick_ = backend_->tick(); },
                                                  [this]() -> std::optional<MonotonicTime> { return next_tick_; });
    housework_->post([] {});  // arms the alarm
    return {};
  }

  void stop() override { housework_->stop(); }

 private:
  void watch() {
    watch_storage(context_.instruments().registry(), [this, known = SpaceUse{}]() mutable {
      known = backend_->space().value_or(known);  // what was last seen, while the database is busy
      const EmbeddedBackend::Counters& counters = backend_->counters();
      return Observed{.quota_bytes = known.quota_bytes,
                      .used_bytes = known.used_bytes,
                      .reserved_bytes = known.reserved_bytes,
                      .put_bytes = service_->traffic().put,
                      .got_bytes = service_->traffic().got,
                      .damaged_blocks = counters.damaged_blocks,
                      .recovered_blocks = counters.recovered_blocks,
                      .expired = counters.expired,
                      .evicted = counters.evicted,
                      .reclaimed_bytes = counters.reclaimed_bytes};
    });
  }

  static Caller caller_of(const ipc::Call& call) {
    return {call.principal(), std::string(call.header().idempotency_key)};
  }

  template <class M, class Method>
  void serve(Method method) {
    ipc::serve<M>(context_.server(), ipc::Run::worker,
                  [this, method](const typename M::Request& request, ipc::CallContext& call) {
                    Result<typename M::Reply> reply =
                        method(*service_, request, {call.principal(), std::string(call.header.idempotency_key)});
                    call.cursor = context_.events().cursor_now();
                    return reply;
                  });
  }

  // On the thread that may wait for the disk as long as it takes: the workers are for small calls.
  template <class M, class Method>
  void serve_slow(Method method) {
    context_.server().handle(context_.module() + "." + M::info().name, ipc::Run::worker,
                             [this, method](ipc::Call call) {
                               const Result<typename M::Request> request =
                                   api::decode<typename M::Request>(call.params(), api::Mode::strict);
                               if (!request) return call.fail(request.error());
                               call.hand_to(Stage::backend);
                               const auto shared = std::make_shared<ipc::Call>(std::move(call));
                               housework_->post([this, method, shared, request = *request] {
                                 if (shared->abandoned()) return;
                                 const Result<typename M::Reply> reply = method(*service_, request, caller_of(*shared));
                                 if (!reply) return shared->fail(reply.error());
                                 const Result<Bytes> encoded = api::encode(*reply);
                                 encoded ? shared->reply(*encoded, {.cursor = context_.events().cursor_now()})
                                         : shared->fail(encoded.error());
                               });
                             });
  }

  host::ModuleContext& context_;
  std::unique_ptr<host::ModuleDatabase> database_;
  ModuleEvents events_;
  std::unique_ptr<SystemDisk> disk_;
  std::unique_ptr<EmbeddedBackend> backend_;
  std::unique_ptr<MeteredBackend> metered_;
  std::unique_ptr<StorageService> service_;
  MonotonicTime next_tick_{};
  std::unique_ptr<host::Executor> housework_;
};

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  Result<std::unique_ptr<host::ModuleDatabase>> database = host::ModuleDatabase::open(context);
  if (!database) return fail(std::move(database.error()));
  auto module = std::make_unique<StorageModule>(context, std::move(*database));
  if (Status opened = module->open(); !opened) return fail(std::move(opened.error()));
  return module;
}

}  // namespace

host::ModuleDefinition module() {
  return {.interface = &interface, .make = make, .workers = 1, .bulk = true, .secret = true};
}

}  // namespace status::storage
