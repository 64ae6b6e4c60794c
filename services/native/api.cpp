#include "services/native/api.h"

namespace status::native {

void Info::Reply::describe(api::Fields<Reply>& f) {
  f.add("library", &Reply::library, "Path of the file.");
  f.add("family", &Reply::family, "Which library it is.").one_of({"delivery", "waku"});
  f.add("generation", &Reply::generation, "Of its interface, as its symbols show.");
  f.add("version", &Reply::version, "Its own word.");
  f.add("pinned", &Reply::pinned, "What the configuration asks for: the generation, and the version if it names one.");
  f.add("threads", &Reply::threads, "Of the process, the library's among them.");
  f.add("waiting", &Reply::waiting, "Calls whose callback has not come.");
  f.add("given_up", &Reply::given_up, "Calls that were answered at their deadline and whose callback has not come.");
  f.add("functions", &Reply::functions, "What `call` can call.");
  f.add("counters", &Reply::counters, "What is unusual, and how often it was seen.");
}

api::MethodInfo Info::info() {
  return {.name = "info", .summary = "The library, its generation and version, and what it has been seen to do."};
}

void Call::Request::describe(api::Fields<Request>& f) {
  f.add("function", &Request::function, "Name of an exported function.").length(1, 96);
  f.add("arguments", &Request::arguments, "Map by the library's own names of the parameters.").optional();
}

void Call::Reply::describe(api::Fields<Reply>& f) {
  f.add("reply", &Reply::reply, "The callback's text; what is not UTF-8 in it became `?`.");
}

api::MethodInfo Call::info() {
  return {
      .name = "call",
      .summary = "Calls a function of the library and waits for its callback.",
      .effect = api::Effect::write,
      .errors = {
          {Code::unimplemented, "native.no_function", "The library has no such function, or it is not for callers."},
          {Code::invalid_argument, "native.bad_arguments", "The arguments are not those of the function."},
          {Code::invalid_argument, "native.no_idempotency", "The call has an idempotency key; nothing remembers it."},
          {Code::internal, "native.library_error", "The function failed; the message is the library's own."},
          {Code::deadline_exceeded, "native.deadline", "No callback came in time; the call may still be done."},
          {Code::unavailable, "native.stuck", "The library takes no calls any more; its process is started anew."},
          {Code::resource_exhausted, "native.too_many_calls", "Over a thousand calls wait for the library."},
          {Code::resource_exhausted, "native.too_large", "The reply does not fit into a message."}}};
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("native", api_version(nullptr), "A foreign library in a process of its own",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Info>()
          .method<Call>()
          .event<LibraryEvent>("event", "The library has called a listener.")
          .stream("events", "What the library says by itself.");
  return declared;
}

}  // namespace status::native
