// One endpoint: calls that come at the same time go to it together, over a few connections that are kept. For one
// thread, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/chain/rpc/json_rpc.h"
#include "services/chain/rpc/link.h"
#include "services/chain/rpc/score.h"

namespace status::chain::rpc {

struct EndpointOptions {
  std::size_t connections = 4;
  std::size_t batch = 64;       // calls in one request; 1: the endpoint does not take several
  std::size_t waiting = 1'024;  // calls
};

class Endpoint {
 public:
  using Done = std::function<void(Result<Value>)>;

  // The io_context outlives it.
  Endpoint(boost::asio::io_context& io, Place place, const EndpointOptions& options);
  // close().
  ~Endpoint();

  // Answers once, on the io_context's thread, by `deadline`. Errors: those of Link and of decode(),
  // RESOURCE_EXHAUSTED `chain.too_many_calls`.
  void ask(Question question, MonotonicTime deadline, Done done);
  void close();

  const std::string& name() const { return place_.name; }
  bool is_proxy() const { return place_.is_proxy; }
  Score& score() { return score_; }
  // Of the last answer that was no good; empty after a good one.
  const std::string& last_error() const { return last_error_; }
  void failed(const Error& error);
  // The lie is remembered until the endpoint is believed again.
  void lied(const std::string& what);

 private:
  struct Waiting {
    Question question;
    MonotonicTime deadline;
    MonotonicTime asked;
    Done done;  // empty: it was answered
    std::unique_ptr<boost::asio::steady_timer> timer;
  };
  using Batch = std::vector<std::shared_ptr<Waiting>>;

  void pump();
  std::shared_ptr<Link> free_link();
  Batch take_batch();
  void send(Link& link, Batch batch);
  void received(const Batch& batch, const Result<std::string>& body);
  void settle(Waiting& call, Result<Value> answer);

  boost::asio::io_context& io_;
  const Place place_;
  EndpointOptions options_;
  Score score_;
  std::string last_error_;
  std::deque<std::shared_ptr<Waiting>> queue_;
  std::vector<std::shared_ptr<Link>> links_;
  bool closed_ = false;
};

}  // namespace status::chain::rpc
