// The endpoints of a network: who is asked, and who next when that one fails or lies. Coroutines of one thread, that of
// the io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>  // Boost 1.74 finds the coroutines of C++20 only after this
#include <vector>

#include "services/chain/rpc/endpoint.h"

namespace status::chain::rpc {

template <class T>
using Flow = boost::asio::awaitable<Result<T>>;

struct Answer {
  Endpoint* endpoint = nullptr;
  Result<Value> value;
};

// What an operator wants to know of: a lie, for example. On the io_context's thread.
using Notice = std::function<void(const std::string&)>;

class Pool {
 public:
  // `attempt`: how long one endpoint has before the next one is asked.
  Pool(boost::asio::io_context& io, std::vector<std::unique_ptr<Endpoint>> endpoints, std::chrono::milliseconds attempt,
       Notice notice);

  // Asks one after the other, the best first, until `check` takes what one says. An answer that `check` calls a lie
  // (DATA_LOSS `chain.endpoint_lied`) costs the endpoint its trust, and the next one is asked. When nobody is left:
  // DATA_LOSS, naming who lied, or else the last error, naming its endpoint; UNAVAILABLE `chain.no_endpoint` when there
  // is none that may be asked.
  template <class T>
  Flow<T> ask(Question question, MonotonicTime deadline, std::function<Result<T>(const Value&, Endpoint&)> check);
  // As it is said.
  Flow<Value> ask(Question question, MonotonicTime deadline);
  // Each of them, at the same time.
  boost::asio::awaitable<std::vector<Answer>> ask_all(std::vector<Endpoint*> endpoints, Question question,
                                                      MonotonicTime deadline);
  // An answer of that endpoint was found to be a lie.
  void lied(Endpoint& endpoint, const Error& lie);

  const std::vector<std::unique_ptr<Endpoint>>& endpoints() const { return endpoints_; }
  // Those that may be asked, the best first.
  std::vector<Endpoint*> ranked() const;
  void close();

 private:
  // Notes what came of one attempt; true: nobody else need be asked.
  struct Attempts {
    Error last;
    std::string liars;
  };
  Error nobody() const;
  bool give_up(Attempts& attempts, Endpoint& endpoint, Error error);
  static Error verdict(Attempts attempts);
  boost::asio::awaitable<Result<Value>> ask_one(Endpoint& endpoint, Question question, MonotonicTime deadline);

  boost::asio::io_context& io_;
  const std::vector<std::unique_ptr<Endpoint>> endpoints_;
  const std::chrono::milliseconds attempt_;
  const Notice notice_;
};

template <class T>
Flow<T> Pool::ask(Question question, MonotonicTime deadline, std::function<Result<T>(const Value&, Endpoint&)> check) {
  Attempts attempts{nobody(), {}};
  for (Endpoint* const endpoint : ranked()) {
    const Result<Value> answer = co_await ask_one(*endpoint, question, deadline);
    if (!answer) {
      if (give_up(attempts, *endpoint, answer.error())) break;
      continue;
    }
    Result<T> checked = check(*answer, *endpoint);
    if (checked) co_return checked;
    if (give_up(attempts, *endpoint, checked.error())) break;
  }
  co_return fail(verdict(std::move(attempts)));
}

}  // namespace status::chain::rpc
