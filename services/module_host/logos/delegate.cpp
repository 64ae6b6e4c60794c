#include "services/module_host/logos/delegate.h"

#include <cstdlib>
#include <cstring>

namespace status::module_host::logos {
namespace {

Outbound& of(void* context) { return *static_cast<Outbound*>(context); }

// Handles are numbers, and pass as the pointers that the library takes them for.
template <class Foreign>
Outbound::Handle number(Foreign* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}
template <class Foreign>
Foreign* handle(Outbound::Handle number) {
  return reinterpret_cast<Foreign*>(static_cast<std::uintptr_t>(number));  // NOLINT(performance-no-int-to-ptr)
}

std::string text(const char* given, const char* fallback = "") { return given == nullptr ? fallback : given; }

// The library gives it to string_free.
char* copy(const std::string& text) {
  char* const out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out != nullptr) std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

void hand_out(char** into, const std::string& text) {
  if (into != nullptr) *into = copy(text);
}

void calls(lp_runtime_delegate_v1& table) {
  // Where a module is, and how to get there, is the node's to say.
  table.client_create = [](void* context, const char* target, const char* transport, const char* capability) {
    const bool own_way = !text(transport).empty() || !text(capability).empty();
    return handle<lp_client>(own_way ? 0 : of(context).open(text(target)));
  };
  table.client_destroy = [](void* context, lp_client* client) { of(context).close(number(client)); };
  table.invoke = [](void* context, lp_client* client, const char* method, const char* arguments, int timeout_ms,
                    char** result, char** error) {
    if (result != nullptr) *result = nullptr;
    if (error != nullptr) *error = nullptr;
    const Outbound::Answer answer = of(context).call(number(client), text(method), text(arguments, "[]"), timeout_ms);
    hand_out(answer.status == LP_OK ? result : error, answer.text);
    return answer.status;
  };
  table.invoke_async = [](void* context, lp_client* client, const char* method, const char* arguments, int timeout_ms,
                          lp_result_cb callback, void* user_data) {
    if (callback == nullptr) return LP_ERR_INVALID_ARG;
    const auto done = [callback, user_data](const Outbound::Answer& answer) {
      callback(answer.status == LP_OK ? 1 : 0, answer.text.c_str(), user_data);
    };
    return of(context).call_async(number(client), text(method), text(arguments, "[]"), timeout_ms, done);
  };
}

void subscriptions(lp_runtime_delegate_v1& table) {
  table.subscribe = [](void* context, lp_client* client, const char* event, lp_event_cb callback, void* user_data) {
    if (callback == nullptr) return handle<lp_subscription>(0);
    const std::string name = text(event);
    const auto on_event = [callback, user_data, name](const std::string& data) {
      callback(name.c_str(), data.c_str(), user_data);
    };
    return handle<lp_subscription>(of(context).subscribe(number(client), name, on_event));
  };
  table.unsubscribe = [](void* context, lp_subscription* subscription) {
    of(context).unsubscribe(number(subscription));
  };
  table.subscription_generation = [](void* context, lp_client* client) -> unsigned long long {
    return of(context).gaps(number(client)) + 1;
  };
  table.pending_subscriptions = [](void*, lp_client*) { return copy("[]"); };
  table.set_subscription_status_cb = [](void*, lp_client*, lp_subscription_status_cb, void*) {
    return LP_ERR_UNSUPPORTED;
  };
  table.set_subscription_options = [](void*, lp_client*, const char*) { return LP_ERR_UNSUPPORTED; };
  table.rearm_subscriptions = [](void*, lp_client*) { return LP_ERR_UNSUPPORTED; };
}

void what_is_not_there(lp_runtime_delegate_v1& table) {
  table.get_methods = [](void*, lp_client*) -> char* { return nullptr; };
  table.inform_module_token = [](void*, lp_client*, const char*, const char*, const char*) {
    return LP_ERR_UNSUPPORTED;
  };
  table.inform_module_token_to = [](void*, lp_client*, const char*, const char*, const char*, const char*, int) {
    return LP_ERR_UNSUPPORTED;
  };
  table.revoke_module_token_to = table.inform_module_token_to;
  table.client_set_tls_credential = [](void*, lp_client*, const char*, const char*) { return LP_ERR_UNSUPPORTED; };
  table.client_set_session_hook = [](void*, lp_client*, lp_session_hook_cb, lp_session_hook_cb, void*) {
    return LP_ERR_UNSUPPORTED;
  };
}

}  // namespace

lp_runtime_delegate_v1 delegate_to(Outbound& outbound) {
  lp_runtime_delegate_v1 table{};
  table.size = sizeof table;
  table.version = LP_RUNTIME_DELEGATE_VERSION;
  table.context = &outbound;
  calls(table);
  subscriptions(table);
  what_is_not_there(table);
  table.string_free = [](void*, char* text) { std::free(text); };
  return table;
}

}  // namespace status::module_host::logos
