// A JSON-RPC endpoint over HTTP on loopback that answers as it is told, and fails as it is told: what a node that runs
// would never do.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::chain::test {

class RpcServer {
 public:
  // On a thread for each connection.
  using Handler = std::function<Result<Value>(const std::string& method, const Value::Array& params)>;
  // Of a whole answer: what goes out in its place. Empty text: it hangs up.
  using Mangler = std::function<std::string(std::string body)>;

  // `certificate`: a PEM file with a key; it speaks TLS with that one.
  explicit RpcServer(Handler handler, const std::string& certificate = {});
  ~RpcServer();

  std::string url() const;
  std::string name() const;  // as the module calls it
  void set_handler(Handler handler);
  void set_mangler(Mangler mangler);
  void set_status(unsigned status) { status_ = status; }
  void set_takes_batches(bool takes) { takes_batches_ = takes; }
  // From now on no answer goes out until release().
  void hold();
  void release();

  unsigned requests() const { return requests_; }
  unsigned calls() const { return calls_; }
  // Waits until that method has been called; false when the time is up.
  bool await_call(const std::string& method);
  unsigned connections() const { return connections_; }

 private:
  using Tcp = boost::asio::ip::tcp;

  void accept();
  void serve(Tcp::socket& socket);
  template <class Stream>
  void converse(Stream& stream);
  std::string answer(const std::string& body);
  Value answer_one(const Value& call);

  boost::asio::io_context io_;
  std::optional<boost::asio::ssl::context> tls_;
  Tcp::acceptor acceptor_{io_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::mutex mutex_;  // guards the next five
  Handler handler_;
  Mangler mangler_;
  bool held_ = false;
  std::set<std::string> called_;
  std::condition_variable changed_;
  std::atomic<unsigned> status_ = 200;
  std::atomic<bool> takes_batches_ = true;
  std::atomic<unsigned> requests_ = 0;
  std::atomic<unsigned> calls_ = 0;
  std::atomic<unsigned> connections_ = 0;
  std::atomic<bool> ended_ = false;
  std::list<Tcp::socket> sockets_;  // of the accepting thread, until it has ended
  std::list<std::thread> threads_;
  std::thread accepting_;  // last: it uses the rest
};

}  // namespace status::chain::test
