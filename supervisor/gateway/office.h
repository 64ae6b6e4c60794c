// The gateway's own thread, for whatever may take longer than an NNG callback may: HTTP, snapshots, subscriptions.
// Private to the gateway.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace status::gateway {

class Office {
 public:
  Office() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  ~Office() { close(); }

  // Any thread.
  template <class Job>
  void post(Job job) {
    boost::asio::post(context_, std::move(job));
  }
  // Runs `job` on the office's thread, now and then once a period.
  void every(std::chrono::milliseconds period, std::function<void()> job) {
    auto timer = std::make_shared<boost::asio::steady_timer>(context_);
    post([this, timer, period, job = std::move(job)] { repeat(timer, period, job); });
  }
  boost::asio::io_context& context() { return context_; }

  // Ends the thread; what has not begun is dropped. Not from the thread itself.
  void close() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void repeat(const std::shared_ptr<boost::asio::steady_timer>& timer, std::chrono::milliseconds period,
              const std::function<void()>& job) {
    job();
    timer->expires_after(period);
    timer->async_wait([this, timer, period, job](const boost::system::error_code& error) {
      if (!error) repeat(timer, period, job);
    });
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace status::gateway
