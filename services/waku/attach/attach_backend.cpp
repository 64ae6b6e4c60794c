#include "services/waku/attach/attach_backend.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "ipc/base/cpu_scope.h"
#include "services/waku/attach/node.h"

namespace status::waku::attach {
namespace {
constexpr std::chrono::milliseconds kEnd{500};  // what stop() allows for a look-up of a name, which nothing can end
}

struct AttachBackend::Running {
  Running(const Parts& parts, tls::Traffic& traffic, BackendEvents& events)
      : runtime{io, parts.clock, parts.random, parts.config, traffic, events}, node(runtime, parts.folder) {}

  void run() noexcept {
    ::pthread_setname_np(::pthread_self(), "waku-attach");
    io.run();
  }
  void begin() {
    thread = std::thread([this] { run(); });
  }
  // The loops end by themselves once their waits have.
  void stop() {
    boost::asio::post(io, [this] { node.stop(); });
    guard.reset();
    const auto ended = std::async(std::launch::async, [this] { thread.join(); });
    if (ended.wait_for(kEnd) != std::future_status::ready) io.stop();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard = boost::asio::make_work_guard(io);
  Runtime runtime;
  Node node;
  std::thread thread;
};

AttachBackend::AttachBackend(Parts parts) : parts_(std::move(parts)) {}

AttachBackend::~AttachBackend() { stop(); }

Result<Started> AttachBackend::start(BackendEvents& events, const Resume& resume) {
  const std::lock_guard lock(mutex_);
  if (running_ != nullptr) return fail(Code::failed_precondition, "waku.already_started", "the backend runs already");
  auto running = std::make_unique<Running>(parts_, traffic_, events);
  const auto promise = std::make_shared<std::promise<Result<Started>>>();
  std::future<Result<Started>> answer = promise->get_future();
  boost::asio::post(running->io, [run = running.get(), resume, promise] {
    run->node.start(resume, [promise](Result<Started> started) { promise->set_value(std::move(started)); });
  });
  running->begin();
  Result<Started> started = answer.get();
  started ? static_cast<void>(running_ = std::move(running)) : running->stop();
  return started;
}

void AttachBackend::stop() {
  std::unique_ptr<Running> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::move(running_);
  }
  if (ending != nullptr) ending->stop();
}

template <class T, class Work>
void AttachBackend::run(Done<T> done, Work work) {
  std::unique_lock lock(mutex_);
  if (running_ == nullptr) {
    lock.unlock();
    return done(fail(make_retryable(Code::unavailable, "waku.stopping", "the backend is not running")));
  }
  boost::asio::post(running_->io, [node = &running_->node, done = std::move(done), work = std::move(work)]() mutable {
    const CpuScope computed;
    work(*node, std::move(done));
  });
}

void AttachBackend::head(Done<std::uint64_t> done) {
  run(std::move(done), [](Node& node, const Done<std::uint64_t>& answer) { answer(node.head()); });
}

void AttachBackend::subscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done), [topics = std::move(content_topics)](Node& node, const Done<void>& answer) {
    node.subscribe(topics);
    answer({});
  });
}

void AttachBackend::unsubscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done), [topics = std::move(content_topics)](Node& node, const Done<void>& answer) {
    node.unsubscribe(topics);
    answer({});
  });
}

void AttachBackend::resume(std::uint64_t) {
  run(Done<void>([](const Status&) {}), [](Node& node, const Done<void>&) { node.resume(); });
}

void AttachBackend::send(WakuMessage message, Done<MessageHash> done) {
  run(std::move(done), [message = std::move(message)](Node& node, const Done<MessageHash>& answer) mutable {
    answer(node.send(std::move(message)));
  });
}

void AttachBackend::store_query(StoreQuery query, std::string peer, Done<StorePage> done) {
  run(std::move(done), [query = std::move(query), peer = std::move(peer)](Node& node, Done<StorePage> answer) {
    node.store_query(query, peer, std::move(answer));
  });
}

void AttachBackend::peers(Done<std::vector<PeerInfo>> done) {
  run(std::move(done), [](Node& node, Done<std::vector<PeerInfo>> answer) { node.peers(std::move(answer)); });
}

void AttachBackend::connect(std::string address, Done<std::string> done) {
  run(std::move(done), [address = std::move(address)](Node& node, Done<std::string> answer) {
    node.connect(address, std::move(answer));
  });
}

void AttachBackend::disconnect(std::string address, Done<void> done) {
  run(std::move(done),
      [address = std::move(address)](Node& node, const Done<void>& answer) { answer(node.disconnect(address)); });
}

void AttachBackend::info(Done<BackendInfo> done) {
  run(std::move(done), [](Node& node, const Done<BackendInfo>& answer) { answer(node.info()); });
}

}  // namespace status::waku::attach
