// The least that a module in C can be: what module_bench holds one in Nim against. add {a, b} → {result}.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status_module.h"

static const status_host* host;

static int64_t integer(const char* json, const char* key) {
  const char* found = strstr(json, key);
  return found == NULL ? 0 : strtoll(found + strlen(key), NULL, 10);
}

uint32_t status_module_abi(void) { return STATUS_MODULE_ABI; }

const char* status_module_describe(void) { return "{\"interface\":\"1.0\",\"title\":\"Sums in C\"}"; }

int status_module_start(const char* config, size_t size, const status_host* given) {
  (void)config;
  (void)size;
  host = given;
  return 0;
}

void status_module_call(const status_call* call) {
  char result[64];
  const int64_t sum = integer(call->params, "\"a\":") + integer(call->params, "\"b\":");
  const int size = snprintf(result, sizeof result, "{\"result\":%" PRId64 "}", sum);
  host->reply(host, call->token, result, (size_t)size);
}

int32_t status_module_poll(void) { return -1; }

void status_module_stop(uint32_t deadline_ms) { (void)deadline_ms; }
