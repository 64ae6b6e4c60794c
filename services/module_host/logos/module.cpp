#include "services/module_host/logos/module.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"
#include "ipc/wire/limits.h"
#include "services/module_host/library_end.h"
#include "services/module_host/logos/translation.h"
#include "services/module_host/logos/values.h"

namespace status::module_host::logos {
namespace {

constexpr const char* kEventsDropped = "Events of a library that are not declared, or of another shape.";

metrics::Counter answers(host::ModuleContext& context, const char* outcome) {
  return context.instruments().registry().counter("status_library_answers_total", "Answers of a library.",
                                                  {{"outcome", outcome}});
}

Status check_settings(const Value& settings) {
  const std::vector<std::string> known = {"library", "stop_ms", "configuration"};
  for (const auto& [key, value] : settings.as_map() == nullptr ? Value::Map() : *settings.as_map()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    return fail(Code::failed_precondition, "module_host.unknown_setting",
                in_quotes(key) + " is no setting of a Logos module: what is for itself goes into " +
                    "[settings.configuration]");
  }
  return {};
}

// The one that its newer generators answer before anything else; what is older may take the question for a call.
std::string version_of(const LogosLibrary& library, std::string_view methods) {
  if (methods.find("\"name\":\"version\"") == std::string_view::npos) return {};
  const auto said = library.take(library.dispatch("version", "[]"));
  const Result<Value> version = said && *said ? parse_json(**said) : Result<Value>(Value());
  return version && version->as_string() != nullptr ? version->as_string()->substr(0, 32) : std::string();
}

}  // namespace

Result<std::shared_ptr<LoadedModule>> LoadedModule::open(const host::native::Library& library,
                                                         const ipc::control::Bootstrap& bootstrap) {
  if (Status known = check_settings(bootstrap.config); !known) return fail(known.error());
  const auto loaded = std::make_shared<LoadedModule>();
  for (const auto& [name, edge] : bootstrap.edges.to) loaded->callees.push_back(name);
  loaded->thread.turn_exit_into_abort();
  Status asked;
  loaded->thread.run([&] {
    Result<LogosLibrary> resolved = LogosLibrary::resolve(library);
    if (!resolved) return void(asked = fail(std::move(resolved.error())));
    const auto methods = resolved->take(resolved->get_methods());
    if (!methods) return void(asked = fail(methods.error()));
    const std::string said = methods->value_or("");
    Result<LogosInterface> read = read_methods(said, bootstrap.module, version_of(*resolved, said));
    if (!read) {
      read.error().message = library.path() + ": " + read.error().message;
      return void(asked = fail(std::move(read.error())));
    }
    loaded->library = std::move(*resolved);
    loaded->interface = std::move(*read);
  });
  if (!asked) return fail(std::move(asked.error()));
  return loaded;
}

LogosModule::LogosModule(host::ModuleContext& context, LoadedModule& loaded)
    : context_(context),
      loaded_(loaded),
      answered_(answers(context, "ok")),
      failed_(answers(context, "error")),
      events_dropped_(context.instruments().registry().counter("status_library_events_dropped_total", kEventsDropped)),
      outbound_(context, loaded.callees,
                [this] {
                  context_.log().error("the library does not come back from a callback of its own");
                  std::abort();  // the crash record shows where it is
                }),
      delegate_(delegate_to(outbound_)) {
  for (const LogosMethod& method : loaded_.interface.methods) {
    context_.server().handle(context_.module() + "." + method.name, ipc::Run::worker,
                             [this, &method](ipc::Call call) { serve(method, std::move(call)); });
  }
}

Status LogosModule::start() {
  Status started;
  loaded_.thread.run([&] { started = start_here(); });
  return started;
}

Status LogosModule::start_here() {
  if (Status given = give_delegate(); !given) return given;
  if (Status given = give_configuration(); !given) return given;
  const LogosLibrary& library = loaded_.library;
  library.set_emit_callback(
      [](const char* name, const char* data, void* self) { static_cast<LogosModule*>(self)->on_event(name, data); },
      this);
  const std::string folder = std::filesystem::path(library.path).parent_path();
  library.set_context(folder.c_str(), context_.module().c_str(), context_.data_dir().c_str());
  return {};
}

Status LogosModule::give_delegate() {
  const LogosLibrary& library = loaded_.library;
  if (library.set_runtime_delegate == nullptr) {
    if (!loaded_.callees.empty()) {
      context_.log().warn("the library takes no runtime delegate: it cannot call what the manifest requires");
    }
    return {};
  }
  if (library.set_runtime_delegate(&delegate_) == LP_OK) return {};
  return fail(Code::failed_precondition, "module_host.no_delegate",
              library.path + " does not take the runtime delegate: it was built for another version of it");
}

Status LogosModule::give_configuration() {
  const Value* const document = context_.config().find("configuration");
  const LogosLibrary& library = loaded_.library;
  if (document == nullptr) return {};
  if (library.set_configuration != nullptr && library.set_configuration(to_json(*document).c_str()) == 0) return {};
  const char* const why = library.set_configuration == nullptr
                              ? " takes no configuration: take [settings.configuration] away"
                              : " does not take its [settings.configuration]: its log may say why";
  return fail(Code::failed_precondition, "module_host.no_configuration", library.path + why);
}

void LogosModule::serve(const LogosMethod& method, ipc::Call call) {
  if (!call.header().idempotency_key.empty()) {
    return call.fail(make_error(Code::invalid_argument, "module_host.no_idempotency",
                                "a Logos module remembers no idempotency keys: the module that calls keeps them"));
  }
  const Result<std::string> arguments = arguments_of(method, call.params());
  if (!arguments) return call.fail(arguments.error());
  const std::string caller = caller_document(call.principal());
  Result<Value> result = Value();
  loaded_.thread.run([&] {
    say_replaced();
    result = context_.backend_gate().call(method.name.c_str(), [&] { return dispatch(method, *arguments, caller); });
  });
  (result ? answered_ : failed_).add();
  if (!result) return call.fail(result.error());
  call.reply(encode_msgpack(*result), {.cursor = context_.events().cursor_now()});
}

Result<Value> LogosModule::dispatch(const LogosMethod& method, const std::string& arguments,
                                    const std::string& caller) {
  const LogosLibrary& library = loaded_.library;
  if (library.set_call_caller != nullptr) library.set_call_caller(caller.c_str());
  const auto answer = library.take(library.dispatch(method.foreign.c_str(), arguments.c_str()));
  if (library.set_call_caller != nullptr) library.set_call_caller(nullptr);
  if (!answer) return fail(answer.error());
  if (*answer) return read_result(method, **answer, context_.module());
  return fail(Code::internal, "module_host.no_result",
              "the library gave nothing for " + in_quotes(method.foreign) + ": it could not make a call of it");
}

void LogosModule::say_replaced() {
  const std::vector<std::string> replaced = loaded_.thread.replaced_handlers();
  if (replaced.empty()) return;
  context_.log().warn("the library took signals for itself; they are the host's again",
                      {{"signals", Value::Array(replaced.begin(), replaced.end())}});
}

// On whatever thread the library emits, and within a lock of its: nothing of it is called from here.
void LogosModule::on_event(const char* name, const char* data) {
  const std::string_view said = name == nullptr ? std::string_view() : name;
  const auto& events = loaded_.interface.events;
  const auto declared = std::ranges::find(events, said, &LogosEvent::foreign);
  if (declared == events.end() || data == nullptr) return events_dropped_.add();
  const std::size_t size = ::strnlen(data, ipc::kMaxMessage);
  const Result<Value> read = read_event(*declared, {data, size});
  const bool published =
      read && !context_.events().publish(context_.module() + "." + declared->name, encode_msgpack(*read)).empty();
  if (!published) events_dropped_.add();
}

void LogosModule::on_unloaded() {
  const std::lock_guard lock(mutex_);
  unloaded_ = true;
  changed_.notify_all();
}

void LogosModule::stop() {
  const MonotonicTime until = std::chrono::steady_clock::now() + time_to_stop(context_);
  const auto told = std::make_shared<std::promise<bool>>();
  std::future<bool> goes_on = told->get_future();
  loaded_.thread.post([this, told] { told->set_value(unload_here()); });
  if (goes_on.wait_until(until + kToReturn) != std::future_status::ready) leave_behind(context_);
  if (goes_on.get()) await_unloaded(until);
  outbound_.end();
  const auto quiet = std::make_shared<std::promise<void>>();
  loaded_.thread.post([this, quiet] {
    loaded_.library.set_emit_callback(nullptr, nullptr);
    quiet->set_value();
  });
  if (quiet->get_future().wait_until(until + 2 * kToReturn) != std::future_status::ready) leave_behind(context_);
}

// True: it goes on, and says when it is done.
bool LogosModule::unload_here() {
  const LogosLibrary& library = loaded_.library;
  if (library.about_to_unload == nullptr) return false;
  if (library.set_unload_done_callback != nullptr) {
    library.set_unload_done_callback([](void* self) { static_cast<LogosModule*>(self)->on_unloaded(); }, this);
  }
  return library.about_to_unload() == 1;
}

void LogosModule::await_unloaded(MonotonicTime until) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, until, [this] { return unloaded_; })) return;
  context_.log().warn("the library has not said in time that it is done: it is not waited for any longer",
                      {{"stop_ms", static_cast<std::int64_t>(time_to_stop(context_).count())}});
}

}  // namespace status::module_host::logos
