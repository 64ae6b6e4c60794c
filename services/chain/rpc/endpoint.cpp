#include "services/chain/rpc/endpoint.h"

#include <algorithm>

namespace status::chain::rpc {

Endpoint::Endpoint(boost::asio::io_context& io, Place place, const EndpointOptions& options)
    : io_(io), place_(std::move(place)), options_(options) {}

Endpoint::~Endpoint() { close(); }

void Endpoint::ask(Question question, MonotonicTime deadline, Done done) {
  const std::size_t waiting = queue_.size();
  if (closed_) return done(fail(Code::unavailable, "chain.unreachable", "the module is stopping"));
  if (waiting >= options_.waiting) {
    return done(fail(make_retryable(Code::resource_exhausted, "chain.too_many_calls",
                                    std::to_string(waiting) + " calls wait for it", 1'000)));
  }
  auto call = std::make_shared<Waiting>();
  call->question = std::move(question);
  call->deadline = deadline;
  call->asked = std::chrono::steady_clock::now();
  call->done = std::move(done);
  call->timer = std::make_unique<boost::asio::steady_timer>(io_, deadline);
  call->timer->async_wait([this, weak = std::weak_ptr(call)](const boost::system::error_code& error) {
    const std::shared_ptr<Waiting> late = weak.lock();
    if (error || !late || !late->done) return;
    settle(*late, fail(Code::deadline_exceeded, "chain.slow", "it has not answered in time"));
  });
  queue_.push_back(std::move(call));
  pump();
}

void Endpoint::close() {
  closed_ = true;
  for (const auto& link : links_) link->close();
  for (const auto& call : std::exchange(queue_, {})) {
    settle(*call, fail(Code::unavailable, "chain.unreachable", "the module is stopping"));
  }
}

void Endpoint::failed(const Error& error) {
  score_.failed(std::chrono::steady_clock::now());
  last_error_ = error.message;
}

void Endpoint::lied(const std::string& what) {
  score_.lied(std::chrono::steady_clock::now());
  last_error_ = what;
}

void Endpoint::pump() {
  while (!closed_ && !queue_.empty()) {
    const std::shared_ptr<Link> link = free_link();
    if (!link) return;
    if (Batch batch = take_batch(); !batch.empty()) send(*link, std::move(batch));
  }
}

std::shared_ptr<Link> Endpoint::free_link() {
  const auto idle = std::find_if(links_.begin(), links_.end(), [](const auto& link) { return link->idle(); });
  if (idle != links_.end()) return *idle;
  if (links_.size() == options_.connections) return nullptr;
  return links_.emplace_back(place_.connect());
}

Endpoint::Batch Endpoint::take_batch() {
  Batch batch;
  while (!queue_.empty() && batch.size() < options_.batch) {
    if (queue_.front()->done) batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void Endpoint::send(Link& link, Batch batch) {
  std::vector<const Question*> questions;
  MonotonicTime deadline;
  for (const auto& call : batch) {
    questions.push_back(&call->question);
    deadline = std::max(deadline, call->deadline);
  }
  link.post(encode(questions), deadline, [this, batch = std::move(batch)](const Result<std::string>& body) {
    received(batch, body);
    pump();
  });
}

void Endpoint::received(const Batch& batch, const Result<std::string>& body) {
  if (!body) {
    for (const auto& call : batch) settle(*call, fail(body.error()));
    return;
  }
  Result<std::vector<Result<Value>>> answers = decode(*body, batch.size());
  if (!answers && batch.size() > 1) {  // one that does not take several: each by itself from now on
    options_.batch = 1;
    queue_.insert(queue_.begin(), batch.begin(), batch.end());
    return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    settle(*batch[i], answers ? std::move((*answers)[i]) : fail(answers.error()));
  }
}

void Endpoint::settle(Waiting& call, Result<Value> answer) {
  const Done done = std::exchange(call.done, nullptr);
  if (!done) return;
  call.timer->cancel();
  if (answer || is_final(answer.error()) || answer.error().code == Code::unimplemented) {
    score_.succeeded(std::chrono::steady_clock::now() - call.asked);
    if (score_.lies() == 0) last_error_.clear();
  } else if (!closed_) {
    failed(answer.error());
  }
  done(std::move(answer));
}

}  // namespace status::chain::rpc
