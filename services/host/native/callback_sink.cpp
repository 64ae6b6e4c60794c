#include "services/host/native/callback_sink.h"

#include <atomic>

namespace status::host::native {
namespace {

constinit std::atomic<CallbackSink*> installed{nullptr};

}  // namespace

CallbackSink* callback_sink() { return installed.load(std::memory_order_acquire); }

void set_callback_sink(CallbackSink* sink) { installed.store(sink, std::memory_order_release); }

}  // namespace status::host::native
