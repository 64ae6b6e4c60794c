#include "ipc/client/client_core.h"
#include "ipc/nng/error.h"

namespace status::ipc {

Courier::Courier(ClientCore& core, std::size_t index, nng_ctx context)
    : core_(core),
      index_(index),
      context_(context),
      send_(&Courier::on_sent, this),
      receive_(&Courier::on_reply, this) {
  try_send_.set_timeout(NNG_DURATION_ZERO);
}

void Courier::send(Message request) {
  try_send_.set_message(std::move(request));
  nng_ctx_send(context_.get(), try_send_.get());
  if (try_send_.result() == 0) return receive();
  send_.set_message(try_send_.take_message());
  nng_ctx_send(context_.get(), send_.get());
}

void Courier::on_sent(void* self) {
  auto& courier = *static_cast<Courier*>(self);
  const int result = courier.send_.result();
  if (result == 0 && courier.core_.await_reply(courier)) return;
  if (result != 0) courier.send_.take_message();  // it never left
  courier.core_.finish(courier, fail(courier.error_of(result == 0 ? NNG_ECANCELED : result)));
}

void Courier::on_reply(void* self) {
  auto& courier = *static_cast<Courier*>(self);
  const int result = courier.receive_.result();
  courier.core_.finish(courier, result == 0 ? Response::parse(courier.receive_.take_message())
                                            : Result<Response>(fail(courier.error_of(result))));
}

Error Courier::error_of(int result) const { return nng_error(result, "call " + std::string(about.method.view())); }

}  // namespace status::ipc
