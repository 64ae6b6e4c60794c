#include "services/host/poison/module_quarantine.h"

#include "ipc/server/typed.h"
#include "services/host/poison/quarantine_api.h"

namespace status::host {
namespace {

QuarantineView view_of(const QuarantinedItem& item) {
  return {.id = static_cast<std::uint64_t>(item.id),
          .stream = item.stream,
          .seq = item.seq,
          .time_ms = item.time_ms,
          .deaths = item.deaths,
          .size = item.size};
}

}  // namespace

ModuleQuarantine::ModuleQuarantine(ModuleContext& context)
    : context_(context),
      items_(context.instruments().registry().gauge("status_quarantined_items",
                                                    "Items of durable streams that are in quarantine.")),
      total_(context.instruments().registry().counter(
          "status_quarantined_total", "Items that were in flight in three deaths of the module and were set aside.")),
      pushed_out_(context.instruments().registry().counter(
          "status_quarantine_pushed_out_total", "Items that left a full quarantine to make room for newer ones.")) {}

ModuleQuarantine::~ModuleQuarantine() { context_.on_end(nullptr); }

Result<std::unique_ptr<ModuleQuarantine>> ModuleQuarantine::open(ModuleContext& context, store::Database& database,
                                                                 DurableConsumer& consumer, const std::string& stream) {
  std::unique_ptr<ModuleQuarantine> self(new ModuleQuarantine(context));
  Result<std::unique_ptr<store::Idempotency>> idempotency = store::Idempotency::open(database);
  if (!idempotency) return fail(std::move(idempotency.error()));
  self->idempotency_ = std::move(*idempotency);
  Result<InFlightFile> file = InFlightFile::open(context.data_dir() + "/" + stream + ".in-flight");
  if (!file) {
    context.log().warn("deaths of items are not counted", {{"stream", stream}, {"why", file.error().message}});
    file = InFlightFile::without_file();
  }
  if (!file) return fail(std::move(file.error()));
  Result<std::unique_ptr<PoisonGuard>> guard = PoisonGuard::open({database, consumer, *self, stream}, std::move(*file));
  if (!guard) return fail(std::move(guard.error()));
  self->guard_ = std::move(*guard);
  context.on_end([guard = self->guard_.get()] { guard->forgive(); });
  return self;
}

void ModuleQuarantine::serve(const Turn& turn) {
  ipc::serve<QuarantineList>(
      context_.server(), ipc::Run::worker,
      [this, turn](const QuarantineList::Request&, ipc::CallContext&) -> Result<QuarantineList::Reply> {
        Result<std::vector<QuarantinedItem>> items;
        turn([&] { items = guard_->list(); });
        if (!items) return fail(std::move(items.error()));
        QuarantineList::Reply reply;
        for (const QuarantinedItem& item : *items) reply.items.push_back(view_of(item));
        return reply;
      });
  serve_choice<QuarantineRetry>(turn, &PoisonGuard::retry);
  serve_choice<QuarantineDrop>(turn, &PoisonGuard::drop);
}

template <class M>
void ModuleQuarantine::serve_choice(const Turn& turn, Choice choice) {
  ipc::serve<M>(context_.server(), ipc::Run::worker,
                [this, turn, choice](const QuarantineChoice& request, ipc::CallContext& call) -> Result<api::Empty> {
                  const store::Idempotency::Scope scope{call.principal(), M::info().name,
                                                        std::string(call.header.idempotency_key)};
                  Status done;
                  turn([&] { done = choose(choice, static_cast<std::int64_t>(request.id), scope, call.params); });
                  if (!done) return fail(std::move(done.error()));
                  call.cursor = context_.events().cursor_now();
                  return api::Empty{};
                });
}

Status ModuleQuarantine::choose(Choice choice, std::int64_t id, store::Idempotency::Scope scope, ByteView params) {
  if (scope.key.empty()) return (*guard_.*choice)(id, {});
  Result<store::Idempotency::Claim> claim = idempotency_->claim(std::move(scope), params);
  if (!claim) return fail(std::move(claim.error()));
  if (claim->stored_reply()) return {};
  const Result<Bytes> reply = api::encode(api::Empty{});
  if (!reply) return fail(reply.error());
  return (*guard_.*choice)(id, [&](store::Transaction& tx) { return claim->store(tx, *reply); });
}

void ModuleQuarantine::quarantined(const QuarantinedItem& item, std::uint64_t pushed_out) {
  total_.add();
  pushed_out_.add(static_cast<double>(pushed_out));
  context_.publish(
      kQuarantinedEvent,
      Quarantined{
          .id = static_cast<std::uint64_t>(item.id), .stream = item.stream, .seq = item.seq, .deaths = item.deaths});
  context_.log().error("quarantined",
                       {{"stream", item.stream},
                        {"seq", item.seq},
                        {"deaths", std::uint64_t{item.deaths}},
                        {"what to do", "statusctl why " + context_.module() + "; statusctl quarantine list"}});
}

}  // namespace status::host
