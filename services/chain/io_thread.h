// The one thread that all endpoints of all networks are asked on: a process has few, and resolving names takes one more for
// each io_context.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace status::chain {

class IoThread {
 public:
  IoThread() : thread_([this] { io_.run(); }) {}
  // Waits until nothing is under way any more.
  ~IoThread() {
    work_.reset();
    thread_.join();
  }

  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_;  // last: it uses the rest
};

}  // namespace status::chain
