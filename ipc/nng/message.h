// An owned NNG message. Move-only; one thread at a time.
#pragma once

#include <nng/nng.h>

#include <algorithm>
#include <new>
#include <utility>

#include "ipc/base/bytes.h"

namespace status::ipc {

class Message {
 public:
  Message() = default;  // empty
  explicit Message(nng_msg* message) : message_(message) {}
  // A message that holds `head` followed by `body`.
  Message(ByteView head, ByteView body) {
    if (nng_msg_alloc(&message_, head.size() + body.size()) != 0) throw std::bad_alloc();
    auto* at = static_cast<std::uint8_t*>(nng_msg_body(message_));
    std::copy(body.begin(), body.end(), std::copy(head.begin(), head.end(), at));
  }
  Message(Message&& other) noexcept : message_(other.release()) {}
  Message& operator=(Message&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Message() { reset(); }

  explicit operator bool() const { return message_ != nullptr; }
  nng_msg* get() const { return message_; }
  nng_msg* release() { return std::exchange(message_, nullptr); }
  void reset(nng_msg* message = nullptr) {
    if (message_ != nullptr) nng_msg_free(message_);
    message_ = message;
  }

  ByteView bytes() const { return mutable_bytes(); }
  std::span<std::uint8_t> mutable_bytes() const {
    if (message_ == nullptr) return {};
    return {static_cast<std::uint8_t*>(nng_msg_body(message_)), nng_msg_len(message_)};
  }
  // Replaces the first `old_size` bytes by `head`, in a message of its own: where the room in front does not suffice,
  // Debian's nng_msg_insert moves the rest past the end of its buffer.
  void replace_front(std::size_t old_size, ByteView head) { *this = Message(head, bytes().subspan(old_size)); }
  // The connection that it came in on; 0 when it did not.
  std::uint32_t pipe_id() const {
    const int id = nng_pipe_id(nng_msg_get_pipe(message_));
    return id < 0 ? 0 : static_cast<std::uint32_t>(id);
  }

 private:
  nng_msg* message_ = nullptr;
};

}  // namespace status::ipc
