#include "services/host/module_database.h"

#include "ipc/base/codec.h"

namespace status::host {
namespace {

constexpr std::uint32_t kKeyDeadlineMs = 1'000;

tl::unexpected<Error> locked(std::string why) {
  return fail(Code::failed_precondition, "locked", "the key of the database is not to be had: " + std::move(why));
}

// Asked by the name that the connection carries: the request says nothing.
Result<SecretBytes> fetch_key(ModuleContext& context) {
  Result<ipc::Client*> keys = context.client("keys");
  if (!keys) return fail(std::move(keys.error()));
  ipc::Request request;
  request.method = "keys.database";
  request.deadline_ms = kKeyDeadlineMs;
  Result<ipc::Response> response = (*keys)->call_and_wait(request);
  if (!response) return locked(response.error().describe());
  Result<Value> reply = decode_msgpack(response->result());
  wipe(response->take_message().mutable_bytes());
  Value* key = reply ? reply->find("key") : nullptr;
  Bytes* raw = key == nullptr ? nullptr : key->as_bytes();
  if (raw == nullptr || raw->size() != 32) return locked("keys gave an answer of another shape");
  SecretBytes secret{ByteView(*raw)};
  wipe(*raw);
  return secret;
}

}  // namespace

ModuleDatabase::ModuleDatabase(ModuleContext& context)
    : times_(context.instruments().database()), gate_(context.faults()) {}

Status ModuleDatabase::Gate::enter() {
  const Result<FaultBook::Go> went = faults_.meet(FaultStage::persist);
  return went ? Status() : Status(fail(went.error()));
}

void ModuleDatabase::Times::database_time(store::Operation operation, std::chrono::nanoseconds spent) {
  instruments_.record(static_cast<std::size_t>(operation), spent);
}

Result<std::unique_ptr<ModuleDatabase>> ModuleDatabase::open(ModuleContext& context) {
  Result<SecretBytes> key = fetch_key(context);
  if (!key) return fail(std::move(key.error()));
  std::unique_ptr<ModuleDatabase> self(new ModuleDatabase(context));
  store::DatabaseOptions options;
  options.path = context.data_dir() + "/" + context.module() + ".db";
  options.observer = &self->times_;
  options.gate = &self->gate_;
  Result<std::unique_ptr<store::Database>> database = store::Database::open(*key, std::move(options));
  if (!database) return fail(std::move(database.error()));
  self->database_ = std::move(*database);
  return self;
}

Status ModuleDatabase::watch_integrity(ModuleContext& context) {
  store::IntegrityOptions options;
  options.ending = &context.ending();
  // A process has at most 16 threads, and with two workers and what their modules start beside them that is reached:
  // one of the workers looks. One worker alone would keep all calls waiting; there a thread more has room.
  if (context.server().options().workers > 1) {
    options.post = [&context](std::function<void()> look) { return context.server().post(std::move(look)); };
  }
  Result<std::unique_ptr<store::IntegrityMonitor>> integrity = store::IntegrityMonitor::start(
      *database_,
      [&context](const store::CheckReport& report) {
        if (!report.error) return context.recovered("database");
        context.log().error("database check", {{"reason", report.error->reason}, {"why", report.error->message}});
        context.degraded("database", report.error->message);
      },
      options);
  if (!integrity) return fail(std::move(integrity.error()));
  integrity_ = std::move(*integrity);
  return {};
}

}  // namespace status::host
