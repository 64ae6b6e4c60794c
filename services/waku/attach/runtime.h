// What everything on the backend's thread shares. Private to the attach backend.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/tls/traffic.h"
#include "services/waku/attach/config.h"
#include "services/waku/attach/counters.h"
#include "services/waku/backend.h"

namespace status::waku::attach {

namespace asio = boost::asio;

struct Runtime {
  asio::io_context& io;
  const Clock& clock;
  Random& random;
  const Config& config;
  tls::Traffic& traffic;
  BackendEvents& events;
  Counters counters{};
  bool stopping = false;  // every loop ends at its next step

  std::int64_t now_ns() const { return clock.unix_ms() * 1'000'000; }
};

// Where one coroutine sleeps until its time has come or it is woken; a wake that came before is not lost.
class Alarm {
 public:
  explicit Alarm(asio::io_context& io) : timer_(io) {}

  asio::awaitable<void> sleep(std::chrono::milliseconds longest) {
    if (!woken_) {
      boost::system::error_code cancelled;
      timer_.expires_after(longest);
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    woken_ = false;
  }
  void wake() {
    woken_ = true;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  bool woken_ = false;
};

}  // namespace status::waku::attach
