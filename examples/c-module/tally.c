// A module in C: a tally. It shows all that a module can do without a thread and without a library; a real one reads
// its JSON with json-c or the like.
//
//   cc -std=c99 -O2 -g -fPIC -shared -I services/host/native -o libtally.so examples/c-module/tally.c
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status_module.h"

static const status_host* host;
static int64_t total;
static int64_t most = INT32_MAX;

// The one call of `later` that waits: its token, 0 for none, and when it is due.
static uint64_t waiting;
static int64_t due_ms;

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// An integer of a flat JSON object. The host has seen to it that a required one is there, and an integer.
static int64_t integer(const char* json, const char* key, int64_t fallback) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\":", key);
  const char* found = strstr(json, quoted);
  return found == NULL ? fallback : strtoll(found + strlen(quoted), NULL, 10);
}

static void reply_total(uint64_t token) {
  char result[64];
  const int size = snprintf(result, sizeof result, "{\"total\":%" PRId64 "}", total);
  host->reply(host, token, result, (size_t)size);
}

static void add(const status_call* call) {
  const int64_t by = integer(call->params, "by", 0);
  if (by > most - total) {
    host->fail(host, call->token, "OUT_OF_RANGE", "too_big", "the tally would pass its limit");
    return;
  }
  total += by;
  char data[64];
  const int size = snprintf(data, sizeof data, "{\"total\":%" PRId64 "}", total);
  host->publish(host, "changed", data, (size_t)size);
  host->count(host, "additions", 1);
  host->gauge(host, "total", (double)total);
  reply_total(call->token);
}

static void later(const status_call* call) {
  if (waiting != 0) {
    host->fail(host, call->token, "RESOURCE_EXHAUSTED", "busy", "one call of `later` waits already");
    return;
  }
  waiting = call->token;
  due_ms = now_ms() + integer(call->params, "ms", 0);
}

static void crash(void) {
  int* volatile nowhere = (int*)8;
  *nowhere = 1;
}

uint32_t status_module_abi(void) { return STATUS_MODULE_ABI; }

const char* status_module_describe(void) {
  return "{\"interface\":\"1.0\",\"title\":\"A "
         "tally\",\"owner\":{\"team\":\"tally\",\"contact\":\"tally@example.org\"},"
         "\"methods\":["
         "{\"name\":\"add\",\"summary\":\"Adds to the tally.\",\"effect\":\"write\","
         "\"params\":{\"properties\":{\"by\":{\"type\":\"integer\",\"description\":\"How "
         "much.\"}},\"required\":[\"by\"]},"
         "\"result\":{\"properties\":{\"total\":{\"type\":\"integer\"}},\"required\":[\"total\"]},"
         "\"errors\":[{\"code\":\"OUT_OF_RANGE\",\"reason\":\"too_big\",\"description\":\"Past the limit.\"}]},"
         "{\"name\":\"later\",\"summary\":\"The tally in so many milliseconds.\","
         "\"params\":{\"properties\":{\"ms\":{\"type\":\"integer\"}},\"required\":[\"ms\"]},"
         "\"result\":{\"properties\":{\"total\":{\"type\":\"integer\"}},\"required\":[\"total\"]},"
         "\"errors\":[{\"code\":\"RESOURCE_EXHAUSTED\",\"reason\":\"busy\",\"description\":\"One waits already.\"}]},"
         "{\"name\":\"crash\",\"summary\":\"Ends the process.\",\"params\":{\"properties\":{}}}],"
         "\"events\":[{\"name\":\"changed\",\"summary\":\"The tally has changed.\","
         "\"data\":{\"properties\":{\"total\":{\"type\":\"integer\"}},\"required\":[\"total\"]}}]}";
}

int status_module_start(const char* config, size_t size, const status_host* given) {
  (void)size;
  host = given;
  most = integer(config, "most", INT32_MAX);
  if (most < 0) {
    host->fail(host, STATUS_START, "INVALID_ARGUMENT", "bad_setting", "`most` must not be negative");
    return 1;
  }
  host->log(host, STATUS_LOG_INFO, "the tally begins");
  return 0;
}

void status_module_call(const status_call* call) {
  if (strcmp(call->method, "add") == 0) add(call);
  if (strcmp(call->method, "later") == 0) later(call);
  if (strcmp(call->method, "crash") == 0) crash();
}

int32_t status_module_poll(void) {
  if (waiting == 0) return -1;
  const int64_t left = due_ms - now_ms();
  if (left > 0) return left < INT32_MAX ? (int32_t)left : INT32_MAX;
  reply_total(waiting);
  waiting = 0;
  return -1;
}

void status_module_cancel(uint64_t token) {
  if (token == waiting) waiting = 0;
}

void status_module_stop(uint32_t deadline_ms) {
  (void)deadline_ms;
  host->log(host, STATUS_LOG_INFO, "the tally ends");
}
