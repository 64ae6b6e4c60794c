#include "services/chat/module.h"

#include "ipc/base/codec.h"
#include "ipc/server/typed.h"
#include "services/chat/metered_sessions.h"
#include "services/chat/service.h"
#include "services/chat/waku_delivery.h"
#include "services/chat/waku_inbox.h"
#include "services/host/executor.h"
#include "services/host/executor_watch.h"
#include "services/host/module_database.h"
#include "services/host/poison/module_quarantine.h"

namespace status::chat {
namespace {

class ModuleEvents final : public EventSink {
 public:
  explicit ModuleEvents(host::ModuleContext& context) : context_(context) {}
  void publish(std::string_view event, Value data) override {
    context_.events().publish(context_.module() + "." + std::string(event), encode_msgpack(data));
  }

 private:
  host::ModuleContext& context_;
};

class ChatModule final : public host::Service {
 public:
  ChatModule(host::ModuleContext& context, std::unique_ptr<host::ModuleDatabase> database, ipc::Client& waku)
      : context_(context),
        database_(std::move(database)),
        waku_(waku),
        events_(context),
        watch_(context.instruments().registry(), context.log()),
        executor_([this] { service_->tick(); },
                  [this]() -> std::optional<MonotonicTime> {
                    if (!service_) return std::nullopt;
                    report_trouble();
                    return service_->next_attention();
                  },
                  &watch_),
        delivery_(waku, executor_, context.instruments().custody()) {
    watch_.show(context.instruments().registry(), executor_);
  }

  Status open() {
    return executor_.run([this]() -> Status {
      Result<std::unique_ptr<ChatService>> service =
          ChatService::open({database_->database(), delivery_, events_, context_.clock(), context_.random(),
                             [this](SessionFactory& sessions) {
                               return std::make_unique<MeteredSessions>(sessions, context_.backend_gate());
                             },
                             context_.instruments().custody()});
      if (!service) return fail(std::move(service.error()));
      service_ = std::move(*service);
      consumer_ = std::make_unique<WakuConsumer>(*service_, context_.instruments().custody());
      Result<std::unique_ptr<host::ModuleQuarantine>> quarantine =
          host::ModuleQuarantine::open(context_, database_->database(), *consumer_, "waku.messages");
      if (!quarantine) return fail(std::move(quarantine.error()));
      quarantine_ = std::move(*quarantine);
      return database_->watch_integrity(context_);
    });
  }

  Status start() override {
    Result<std::string> cursor = executor_.run([this] { return service_->waku_cursor(); });
    if (!cursor) return fail(std::move(cursor.error()));
    serve<Identity>(&ChatService::identity);
    serve<CreateIntroduction>(&ChatService::create_introduction);
    serve<CreateConversation>(&ChatService::create_conversation);
    serve<ListConversations>(&ChatService::list_conversations);
    serve<GetMessages>(&ChatService::get_messages);
    serve<SendMessage>(&ChatService::send_message);
    serve<MarkRead>(&ChatService::mark_read);
    serve<SetConversationNickname>(&ChatService::set_conversation_nickname);
    serve<DeleteConversation>(&ChatService::delete_conversation);
    serve<Errors>(&ChatService::errors);
    quarantine_->serve([this](const std::function<void()>& work) { executor_.run(work); });
    inbox_ = std::make_unique<WakuInbox>(waku_, executor_, *service_, delivery_, quarantine_->guard(), *cursor);
    return {};
  }

  void stop() override {
    executor_.stop();  // first: its jobs use the inbox
    inbox_.reset();
  }

 private:
  template <class M>
  void serve(Result<typename M::Reply> (ChatService::*method)(const typename M::Request&, const Caller&)) {
    ipc::serve<M>(context_.server(), ipc::Run::worker,
                  [this, method](const typename M::Request& request, ipc::CallContext& call) {
                    const Caller caller{call.principal(), std::string(call.header.idempotency_key)};
                    Result<typename M::Reply> reply =
                        executor_.run([&] { return (*service_.*method)(request, caller); });
                    call.cursor = context_.events().cursor_now();
                    return reply;
                  });
  }

  // After everything that ran on the executor.
  void report_trouble() {
    const std::optional<Error> trouble = service_->trouble() ? service_->trouble() : delivery_.trouble();
    if (trouble.has_value() == troubled_) return;
    troubled_ = trouble.has_value();
    trouble ? context_.degraded("messages", trouble->describe()) : context_.recovered("messages");
  }

  host::ModuleContext& context_;
  std::unique_ptr<host::ModuleDatabase> database_;
  ipc::Client& waku_;
  ModuleEvents events_;
  std::unique_ptr<ChatService> service_;
  std::unique_ptr<WakuConsumer> consumer_;
  std::unique_ptr<host::ModuleQuarantine> quarantine_;
  bool troubled_ = false;
  host::ExecutorWatch watch_;
  host::Executor executor_;
  WakuDelivery delivery_;
  std::unique_ptr<WakuInbox> inbox_;
};

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  Result<ipc::Client*> waku = context.client("waku");
  if (!waku) return fail(std::move(waku.error()));
  Result<std::unique_ptr<host::ModuleDatabase>> database = host::ModuleDatabase::open(context);
  if (!database) return fail(std::move(database.error()));
  auto module = std::make_unique<ChatModule>(context, std::move(*database), **waku);
  if (Status opened = module->open(); !opened) return fail(std::move(opened.error()));
  return module;
}

}  // namespace

host::ModuleDefinition module() { return {.interface = &interface, .make = make, .workers = 1, .secret = true}; }

}  // namespace status::chat
