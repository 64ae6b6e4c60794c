// What the flight recorders hold, in the formats of other tools. Pure.
#pragma once

#include "ipc/base/value.h"

namespace status::cli {

// `flight`: an answer of `supervisor.flight`. Both give names, times, sizes and ids; never what was in a message. Whoever
// gets the file learns who talked when, how often and in messages of what size.

// Trace Event Format ("Chrome trace JSON"), which Perfetto and chrome://tracing open: a process for each module, a slice
// for each call with its stages below, an instant for each step of a message.
Value chrome_trace(const Value& flight);

// OTLP JSON (OpenTelemetry, ExportTraceServiceRequest): a resource for each module, a SERVER span for each call, and a
// span for each message whose network name is known, with its steps as events and a link to the call that it came by.
Value otlp_trace(const Value& flight);

}  // namespace status::cli
