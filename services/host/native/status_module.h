// A module of a Status node as a shared library, in any language that can export C functions. README.md beside this
// file is the recipe. The library defines the functions status_module_*; status-module-host loads it and calls them.
//
// Threads: one thread, always the same, calls all status_module_* but for the two that say otherwise, one at a time and
// never from within a function of status_host. Those may be called on any thread, from the beginning of
// status_module_start to the end of status_module_stop and at no other time; they copy what they are given, and wait
// for nobody.
//
// Memory: what a call is given is the giver's, and gone when the call returns. Texts are UTF-8. What the host gives
// ends with a NUL; sizes are bytes without it. JSON is always an object; binary in it is padded base64. Why JSON, and
// not the MessagePack of the wire: every language can read it, people can, too, and integers keep their 64 bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STATUS_MODULE_ABI 1  // a host refuses a library of another one
#define STATUS_MODULE_EXPORT __attribute__((visibility("default")))
#define STATUS_START 0  // in the place of a call's token: the start itself

enum { STATUS_LOG_DEBUG = 1, STATUS_LOG_INFO = 2, STATUS_LOG_WARN = 3, STATUS_LOG_ERROR = 4 };

// One call. `token` names it in answers, and no other one in this process.
typedef struct status_call {
  uint64_t token;
  const char* method;  // as the description names it
  const char* params;  // checked against the description
  size_t params_size;
  uint32_t deadline_ms;         // how long the caller still waits
  const char* caller;           // for whom it is: "chat", "gateway/desktop"
  const char* idempotency_key;  // the same key, the same effect once; empty: none
} status_call;

// What the host does for the module. `host` is this very table.
typedef struct status_host {
  uint32_t size;  // sizeof, as the host knows it: functions that are added later come last

  // Answers a call, once, within status_module_call or later. A second answer, and one after the deadline, is counted
  // and has no effect; a call that is not answered ends at its deadline.
  void (*reply)(const struct status_host* host, uint64_t token, const char* result, size_t size);
  // The same with an error. `code`: a word of WIRE.md section 2 ("NOT_FOUND"). `reason`: for programs, one of the
  // description's ("no_such_item"); null: none. `message`: for people.
  void (*fail)(const struct status_host* host, uint64_t token, const char* code, const char* reason,
               const char* message);
  // How long the caller still waits; 0: nobody does. For work that takes long.
  uint32_t (*remaining_ms)(const struct status_host* host, uint64_t token);

  // An event of the description, on the stream `<module>.events.next`. One that cannot be published is counted.
  void (*publish)(const struct status_host* host, const char* event, const char* data, size_t size);

  // Metrics, shown as status_<module>_<name>: adds to a counter; sets a gauge; adds to a histogram from 0.1 ms to 10 s.
  // `name`: [a-z][a-z0-9_]*, up to 64 bytes, with its unit. At most 32 names, each of one kind; others are dropped.
  void (*count)(const struct status_host* host, const char* name, double by);
  void (*gauge)(const struct status_host* host, const char* name, double value);
  void (*observe)(const struct status_host* host, const char* name, double seconds);

  // A line of the module's log, with the trace of the call at hand. Cut at 4 KiB. Standard output and error end there,
  // too.
  void (*log)(const struct status_host* host, int level, const char* text);

  // status_module_poll as soon as may be; and whenever this descriptor can be read (one, such as that of an epoll; a
  // new one takes its place, -1 takes it away).
  void (*wake)(const struct status_host* host);
  void (*watch)(const struct status_host* host, int descriptor);
} status_host;

// STATUS_MODULE_ABI of the header that the library was compiled with. Any thread.
STATUS_MODULE_EXPORT uint32_t status_module_abi(void);
// What the module is, as JSON (README.md). A constant: asked for once, before the start, on any thread.
STATUS_MODULE_EXPORT const char* status_module_describe(void);
// `config`: {"module": its name, "data_dir": its own folder, "settings": those of its manifest}. `host` stays to the
// end. 0, or anything else after fail(host, STATUS_START, …): FAILED_PRECONDITION, INVALID_ARGUMENT and
// PERMISSION_DENIED say that an operator must change something, with any other code it is tried again.
STATUS_MODULE_EXPORT int status_module_start(const char* config, size_t size, const status_host* host);
// Begins a call. Nothing else happens meanwhile: what waits goes on in status_module_poll or on other threads. An
// answer from within leaves when it returns.
STATUS_MODULE_EXPORT void status_module_call(const status_call* call);
// The last call of all. Past `deadline_ms` the process ends anyway. The library is never unloaded.
STATUS_MODULE_EXPORT void status_module_stop(uint32_t deadline_ms);

// These two need not be there.
// Does what is due and waits for nothing: after each call, after wake(), when the descriptor can be read, and when the
// time has passed that it returned: milliseconds; -1: without an end.
STATUS_MODULE_EXPORT int32_t status_module_poll(void);
// The deadline of an unanswered call has passed: nobody waits for it.
STATUS_MODULE_EXPORT void status_module_cancel(uint64_t token);

#ifdef __cplusplus
}
#endif
