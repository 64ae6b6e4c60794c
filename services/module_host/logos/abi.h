// The C interface of a native Logos module and of the runtime delegate that it may accept, as logos-protocol 0.14
// declares them (logos_module_impl.h, logos_runtime_delegate.h). C, because the libraries of the tests use it, too.
//
// Who owns a text: what is passed in is the giver's and gone when the call returns; a `char*` that a module returns goes
// back to logos_module_string_free, one that the delegate returns to `string_free`, each once. All are UTF-8 and end
// with a NUL. Arguments and the data of events are JSON arrays, results any JSON value, binary is {"_bytes": base64url}.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#define LP_OK 0
#define LP_ERR_INVALID_ARG (-1)
#define LP_ERR_UNSUPPORTED (-2)
#define LP_ERR_INTERNAL (-3)
#define LP_ERR_UNAVAILABLE (-4)

typedef void (*logos_module_emit_cb)(const char* event_name, const char* data_json, void* user_data);
typedef void (*logos_module_unload_done_cb)(void* user_data);

// Of every version.
typedef char* (*logos_module_dispatch_fn)(const char* method, const char* args_json);
typedef char* (*logos_module_get_methods_fn)(void);
typedef void (*logos_module_set_context_fn)(const char* module_path, const char* instance_id,
                                            const char* instance_persistence_path);
typedef void (*logos_module_set_emit_callback_fn)(logos_module_emit_cb callback, void* user_data);
typedef const char* (*logos_module_get_protocol_version_fn)(void);  // a constant
typedef void (*logos_module_string_free_fn)(char* text);
// Since 0.5. 1: it goes on, and the callback says when it is done.
typedef int (*logos_module_about_to_unload_fn)(void);
typedef void (*logos_module_set_unload_done_callback_fn)(logos_module_unload_done_cb callback, void* user_data);
// Since 0.6. A document pushes the caller of what this thread dispatches next, null takes it back.
typedef void (*logos_module_set_call_caller_fn)(const char* caller_json);

typedef struct lp_client lp_client;
typedef struct lp_subscription lp_subscription;
typedef void (*lp_result_cb)(int ok, const char* json, void* user_data);
typedef void (*lp_event_cb)(const char* event_name, const char* data_json, void* user_data);
typedef void (*lp_subscription_status_cb)(int state, unsigned long long generation, const char* reason,
                                          void* user_data);
typedef char* (*lp_session_hook_cb)(const char* request_json, void* user_data);

#define LP_RUNTIME_DELEGATE_VERSION 1

// Since 0.13; the last two since 0.14. `context` comes first in every call.
typedef struct lp_runtime_delegate_v1 {
  unsigned size;
  unsigned version;
  void* context;
  lp_client* (*client_create)(void* context, const char* target_module, const char* target_transport_json,
                              const char* capability_transport_json);
  void (*client_destroy)(void* context, lp_client* client);
  int (*invoke)(void* context, lp_client* client, const char* method, const char* args_json, int timeout_ms,
                char** out_result_json, char** out_error_json);
  int (*invoke_async)(void* context, lp_client* client, const char* method, const char* args_json, int timeout_ms,
                      lp_result_cb callback, void* user_data);
  lp_subscription* (*subscribe)(void* context, lp_client* client, const char* event_name, lp_event_cb callback,
                                void* user_data);
  void (*unsubscribe)(void* context, lp_subscription* subscription);
  int (*set_subscription_status_cb)(void* context, lp_client* client, lp_subscription_status_cb callback,
                                    void* user_data);
  unsigned long long (*subscription_generation)(void* context, lp_client* client);
  int (*set_subscription_options)(void* context, lp_client* client, const char* options_json);
  int (*rearm_subscriptions)(void* context, lp_client* client);
  char* (*pending_subscriptions)(void* context, lp_client* client);
  char* (*get_methods)(void* context, lp_client* client);
  int (*inform_module_token)(void* context, lp_client* client, const char* auth_token, const char* module_name,
                             const char* token);
  int (*inform_module_token_to)(void* context, lp_client* client, const char* auth_token, const char* origin_module,
                                const char* module_name, const char* token, int timeout_ms);
  int (*revoke_module_token_to)(void* context, lp_client* client, const char* auth_token, const char* origin_module,
                                const char* module_name, const char* token_digest, int timeout_ms);
  void (*string_free)(void* context, char* text);
  int (*client_set_tls_credential)(void* context, lp_client* client, const char* cert_chain_pem, const char* key_pem);
  int (*client_set_session_hook)(void* context, lp_client* client, lp_session_hook_cb dial, lp_session_hook_cb hello,
                                 void* user_data);
} lp_runtime_delegate_v1;

// LP_OK: it will make all its calls through the delegate, which stays to the end.
typedef int (*logos_module_set_runtime_delegate_fn)(const lp_runtime_delegate_v1* delegate);
// Optional. 0: it takes the document.
typedef int (*logos_module_set_configuration_fn)(const char* configuration_json);

#ifdef __cplusplus
}
#endif
