// ipc-bench-bare ROLE ADDRESS...: the floors of ipc_bench, each end in a process of its own that has nothing of ours in
// it: no shim, no setting of NNG's threads. `socket`, `nng` and `device` serve; `call-socket` and `call-nng` read the
// size of a payload from standard input and answer with what they measured, a line each.
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/path.h"

namespace status::bench {
namespace {

bool read_all(int fd, void* to, std::size_t size) {
  for (auto* at = static_cast<char*>(to); size > 0;) {
    const ssize_t got = ::read(fd, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* from, std::size_t size) {
  for (auto* at = static_cast<const char*>(from); size > 0;) {
    const ssize_t put = ::write(fd, at, size);
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

// Frames are a 4-byte length and as many bytes.
int echo_on_socket(const std::string& path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return 1;
  if (::listen(listener, 4) != 0) return 1;
  const int peer = ::accept(listener, nullptr, nullptr);
  Bytes frame;
  for (std::uint32_t size = 0; read_all(peer, &size, sizeof(size));) {
    frame.resize(sizeof(size) + size);
    std::memcpy(frame.data(), &size, sizeof(size));
    if (!read_all(peer, frame.data() + sizeof(size), size) || !write_all(peer, frame.data(), frame.size())) break;
  }
  return 0;
}

struct EchoContext {
  nng_ctx context;
  nng_aio* aio;
  bool sending = false;
};

void echo_event(void* argument) {
  auto* echo = static_cast<EchoContext*>(argument);
  if (nng_aio_result(echo->aio) != 0) return;
  echo->sending = !echo->sending;
  if (echo->sending) {
    nng_ctx_send(echo->context, echo->aio);  // the message that was received is still in the operation
  } else {
    nng_ctx_recv(echo->context, echo->aio);
  }
}

int echo_on_nng(const std::string& url) {
  nng_socket socket;
  if (nng_rep0_open(&socket) != 0) return 1;
  std::deque<EchoContext> contexts(64);
  for (EchoContext& echo : contexts) {
    nng_ctx_open(&echo.context, socket);
    nng_aio_alloc(&echo.aio, echo_event, &echo);
    nng_ctx_recv(echo.context, echo.aio);
  }
  if (nng_listen(socket, url.c_str(), nullptr, 0) != 0) return 1;
  while (true) ::pause();
}

int forward_by_device(const std::string& front, const std::string& back) {
  nng_socket listening;
  nng_socket dialling;
  if (nng_rep0_open_raw(&listening) != 0 || nng_req0_open_raw(&dialling) != 0) return 1;
  if (nng_dial(dialling, back.c_str(), nullptr, NNG_FLAG_NONBLOCK) != 0) return 1;
  if (nng_listen(listening, front.c_str(), nullptr, 0) != 0) return 1;
  return nng_device(listening, dialling);
}

class RawSocket final : public Path {
 public:
  explicit RawSocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(path);
    while (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) ::sched_yield();
  }
  ~RawSocket() override { ::close(socket_); }

  void start(ByteView payload, std::function<void()> done) override {
    Bytes frame = frame_of(payload);
    if (!write_all(socket_, frame.data(), frame.size()) || !read_all(socket_, frame.data(), frame.size())) std::abort();
    done();
  }

  // One thread writes and another reads, as whoever pipelines on a stream does.
  double rate(ByteView payload, int calls, int in_flight) override {
    const Bytes frame = frame_of(payload);
    std::counting_semaphore<> room(in_flight);
    const auto begin = std::chrono::steady_clock::now();
    std::thread reader([&] {
      Bytes answer(frame.size());
      for (int i = 0; i < calls; ++i) {
        if (!read_all(socket_, answer.data(), answer.size())) std::abort();
        room.release();
      }
    });
    for (int i = 0; i < calls; ++i) {
      room.acquire();
      if (!write_all(socket_, frame.data(), frame.size())) std::abort();
    }
    reader.join();
    return calls / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

 private:
  static Bytes frame_of(ByteView payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    Bytes frame(sizeof(size) + size);
    std::memcpy(frame.data(), &size, sizeof(size));
    std::memcpy(frame.data() + sizeof(size), payload.data(), size);
    return frame;
  }

  int socket_;
};

class BareNng final : public Path {
 public:
  explicit BareNng(const std::string& url) {
    nng_req0_open(&socket_);
    nng_socket_set_ms(socket_, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
    nng_socket_set_ms(socket_, NNG_OPT_RECONNMINT, 10);
    nng_socket_set_ms(socket_, NNG_OPT_RECONNMAXT, 100);
    nng_dial(socket_, url.c_str(), nullptr, NNG_FLAG_NONBLOCK);
  }

  void start(ByteView payload, std::function<void()> done) override {
    Caller* caller = take();
    caller->done = std::move(done);
    caller->sent = false;
    nng_msg* message = nullptr;
    nng_msg_alloc(&message, payload.size());
    std::memcpy(nng_msg_body(message), payload.data(), payload.size());
    nng_aio_set_msg(caller->aio, message);
    nng_ctx_send(caller->context, caller->aio);
  }

 private:
  struct Caller {
    BareNng* path;
    nng_ctx context;
    nng_aio* aio;
    bool sent = false;
    std::function<void()> done;
  };

  static void on_event(void* argument) {
    auto* caller = static_cast<Caller*>(argument);
    if (nng_aio_result(caller->aio) != 0) std::abort();
    if (!std::exchange(caller->sent, true)) {
      nng_ctx_recv(caller->context, caller->aio);
      return;
    }
    nng_msg_free(nng_aio_get_msg(caller->aio));
    std::function<void()> done = std::move(caller->done);
    {
      std::lock_guard lock(caller->path->mutex_);
      caller->path->free_.push_back(caller);
    }
    done();
  }

  Caller* take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) {
      Caller& caller = callers_.emplace_back();
      caller.path = this;
      nng_ctx_open(&caller.context, socket_);
      nng_aio_alloc(&caller.aio, on_event, &caller);
      return &caller;
    }
    Caller* caller = free_.back();
    free_.pop_back();
    return caller;
  }

  nng_socket socket_{};
  std::mutex mutex_;
  std::deque<Caller> callers_;
  std::vector<Caller*> free_;
};

int answer(Path& path) {
  for (std::size_t payload_bytes = 0; std::scanf("%zu", &payload_bytes) == 1;) {
    const Sample sample = measure(path, payload_bytes);
    std::printf("%f %f %f\n", sample.p50_us, sample.p99_us, sample.rate);
    std::fflush(stdout);
  }
  return 0;
}

int run(const std::string& role, const std::vector<std::string>& addresses) {
  if (role == "socket") return echo_on_socket(addresses.at(0));
  if (role == "nng") return echo_on_nng(addresses.at(0));
  if (role == "device") return forward_by_device(addresses.at(0), addresses.at(1));
  if (role == "call-socket") {
    RawSocket path(addresses.at(0));
    return answer(path);
  }
  BareNng path(addresses.at(0));
  return answer(path);
}

}  // namespace
}  // namespace status::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) return 2;
  const int code = status::bench::run(words[0], {words.begin() + 1, words.end()});
  ::_exit(code);
}
