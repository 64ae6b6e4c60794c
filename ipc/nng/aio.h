// An owned NNG asynchronous operation. Its callback runs on one of NNG's task threads, of which there are few: a
// callback decodes, posts or forwards, and never blocks (TRANSPORT.md section 1.5).
#pragma once

#include <nng/nng.h>

#include <chrono>
#include <new>
#include <utility>

#include "ipc/nng/message.h"

namespace status::ipc {

class Aio {
 public:
  // A null callback makes an operation that is waited for, or whose end nobody needs to hear of.
  explicit Aio(void (*callback)(void*) = nullptr, void* argument = nullptr) {
    if (nng_aio_alloc(&aio_, callback, argument) != 0) throw std::bad_alloc();
  }
  Aio(const Aio&) = delete;
  Aio& operator=(const Aio&) = delete;
  // Cancels, waits for a running callback, frees. Never destroy one from its own callback.
  ~Aio() {
    nng_aio_stop(aio_);
    nng_aio_free(aio_);
  }

  nng_aio* get() const { return aio_; }
  int result() const { return nng_aio_result(aio_); }
  void cancel() { nng_aio_cancel(aio_); }
  void wait() { nng_aio_wait(aio_); }
  // Cancels and waits; after it no operation starts on this one again.
  void stop() { nng_aio_stop(aio_); }
  void set_timeout(nng_duration milliseconds) { nng_aio_set_timeout(aio_, milliseconds); }
  void set_message(Message message) { nng_aio_set_msg(aio_, message.release()); }
  Message take_message() {
    Message message(nng_aio_get_msg(aio_));
    nng_aio_set_msg(aio_, nullptr);
    return message;
  }

 private:
  nng_aio* aio_ = nullptr;
};

}  // namespace status::ipc
