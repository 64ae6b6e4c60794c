#include "services/chain/rpc/pool.h"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace status::chain::rpc {

namespace asio = boost::asio;

Pool::Pool(asio::io_context& io, std::vector<std::unique_ptr<Endpoint>> endpoints, std::chrono::milliseconds attempt,
           Notice notice)
    : io_(io), endpoints_(std::move(endpoints)), attempt_(attempt), notice_(std::move(notice)) {}

std::vector<Endpoint*> Pool::ranked() const {
  const MonotonicTime now = std::chrono::steady_clock::now();
  std::vector<Endpoint*> all;
  for (const auto& endpoint : endpoints_) {
    if (!endpoint->score().is_liar(now)) all.push_back(endpoint.get());
  }
  std::stable_sort(all.begin(), all.end(), [now](Endpoint* a, Endpoint* b) {
    const bool a_rests = a->score().rests(now);
    const bool b_rests = b->score().rests(now);
    return a_rests == b_rests ? a->score().cost() < b->score().cost() : b_rests;
  });
  return all;
}

void Pool::close() {
  for (const auto& endpoint : endpoints_) endpoint->close();
}

Flow<Value> Pool::ask(Question question, MonotonicTime deadline) {
  return ask<Value>(std::move(question), deadline,
                    [](const Value& value, Endpoint&) -> Result<Value> { return value; });
}

asio::awaitable<Result<Value>> Pool::ask_one(Endpoint& endpoint, Question question, MonotonicTime deadline) {
  const MonotonicTime until = std::min(deadline, std::chrono::steady_clock::now() + attempt_);
  // A variable: GCC 12 destroys what a temporary lambda has captured twice.
  auto start = [this, &endpoint, until](auto handler, Question asked) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    endpoint.ask(std::move(asked), until, [this, shared](Result<Value> answer) {
      // Not in place: an answer that is there at once would run the coroutine within itself.
      asio::post(io_, [shared, answer = std::move(answer)]() mutable { (*shared)(std::move(answer)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<Value>)>(
      std::move(start), asio::use_awaitable, std::move(question));
}

asio::awaitable<std::vector<Answer>> Pool::ask_all(std::vector<Endpoint*> endpoints, Question question,
                                                   MonotonicTime deadline) {
  struct Gathered {
    std::vector<Answer> answers;
    std::size_t missing = 0;
  };
  const auto gathered = std::make_shared<Gathered>();
  for (Endpoint* const endpoint : endpoints) gathered->answers.push_back({endpoint, Value()});
  gathered->missing = gathered->answers.size();
  if (gathered->missing == 0) co_return std::vector<Answer>();
  const MonotonicTime until = std::min(deadline, std::chrono::steady_clock::now() + attempt_);
  auto start = [this, gathered, until](auto handler, const Question& asked) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    for (Answer& place : gathered->answers) {
      place.endpoint->ask(asked, until, [this, gathered, shared, &place](Result<Value> answer) {
        place.value = std::move(answer);
        if (--gathered->missing == 0) asio::post(io_, [shared] { (*shared)(); });
      });
    }
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(start), asio::use_awaitable,
                                                                        std::move(question));
  co_return std::move(gathered->answers);
}

void Pool::lied(Endpoint& endpoint, const Error& lie) {
  endpoint.lied(lie.message);
  notice_("an endpoint lied, and is not asked for ten minutes: " + endpoint.name() + ": " + lie.message);
}

bool Pool::give_up(Attempts& attempts, Endpoint& endpoint, Error error) {
  const std::string named = endpoint.name() + ": " + error.message;
  if (error.code == Code::data_loss) {
    lied(endpoint, error);
    attempts.liars += (attempts.liars.empty() ? "" : "; ") + named;
    return false;
  }
  error.message = named;
  attempts.last = std::move(error);
  return is_final(attempts.last);
}

Error Pool::nobody() const {
  std::string why = endpoints_.empty() ? "no endpoint is configured: set chain.endpoints" : "no endpoint may be asked";
  for (const auto& endpoint : endpoints_) {
    if (!endpoint->last_error().empty()) why += "; " + endpoint->name() + ": " + endpoint->last_error();
  }
  return make_error(Code::unavailable, "chain.no_endpoint", why);
}

Error Pool::verdict(Attempts attempts) {
  if (attempts.liars.empty()) return std::move(attempts.last);
  return make_error(Code::data_loss, "chain.endpoint_lied", std::move(attempts.liars));
}

}  // namespace status::chain::rpc
