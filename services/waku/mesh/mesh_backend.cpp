#include "services/waku/mesh/mesh_backend.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "ipc/base/cpu_scope.h"
#include "services/waku/mesh/node.h"

namespace status::waku::mesh {
namespace {
constexpr std::chrono::milliseconds kGoodbyes{250};  // what stop() allows for links to end in good order
}

struct MeshBackend::Running {
  Running(const Parts& parts, tls::Traffic& traffic, BackendEvents& events)
      : runtime{io, parts.clock, parts.random, parts.config, traffic},
        node(runtime, *parts.archive, events),
        guard(boost::asio::make_work_guard(io)) {}

  // An exception (no memory) ends the process: the supervisor starts it again, and the archive has what was promised.
  void run() noexcept {
    ::pthread_setname_np(::pthread_self(), "waku-mesh");
    io.run();
    io.restart();
    io.run_for(kGoodbyes);
  }

  void stop() {
    boost::asio::post(io, [this] {
      node.stop();
      guard.reset();
      io.stop();
    });
    thread.join();
  }

  boost::asio::io_context io{1};
  Runtime runtime;
  Node node;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
  std::thread thread;
};

MeshBackend::MeshBackend(Parts parts) : parts_(std::move(parts)) {}

MeshBackend::~MeshBackend() { stop(); }

Result<Started> MeshBackend::start(BackendEvents& events, const Resume& resume) {
  const std::lock_guard lock(mutex_);
  if (running_ != nullptr) return fail(Code::failed_precondition, "waku.already_started", "the backend runs already");
  auto running = std::make_unique<Running>(parts_, traffic_, events);
  Result<Started> started = running->node.start(parts_.folder, resume);
  if (!started) return started;
  running_ = std::move(running);
  running_->thread = std::thread([run = running_.get()] { run->run(); });
  return started;
}

void MeshBackend::stop() {
  std::unique_ptr<Running> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::move(running_);
  }
  if (ending != nullptr) ending->stop();
}

template <class T, class Work>
void MeshBackend::run(Done<T> done, Work work) {
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

void MeshBackend::head(Done<std::uint64_t> done) {
  run(std::move(done), [](Node& node, Done<std::uint64_t> answer) { answer(node.head()); });
}

void MeshBackend::subscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done), [topics = std::move(content_topics)](Node& node, Done<void> answer) {
    node.subscribe(topics);
    answer({});
  });
}

void MeshBackend::unsubscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done), [topics = std::move(content_topics)](Node& node, Done<void> answer) {
    node.unsubscribe(topics);
    answer({});
  });
}

void MeshBackend::resume(std::uint64_t position) {
  run(Done<void>([](const Status&) {}), [position](Node& node, const Done<void>&) { node.resume(position); });
}

void MeshBackend::send(WakuMessage message, Done<MessageHash> done) {
  run(std::move(done),
      [message = std::move(message)](Node& node, Done<MessageHash> answer) { answer(node.send(message)); });
}

void MeshBackend::store_query(StoreQuery query, std::string peer, Done<StorePage> done) {
  run(std::move(done), [query = std::move(query), peer = std::move(peer)](Node& node, Done<StorePage> answer) {
    node.store_query(query, peer, std::move(answer));
  });
}

void MeshBackend::peers(Done<std::vector<PeerInfo>> done) {
  run(std::move(done), [](Node& node, Done<std::vector<PeerInfo>> answer) { answer(node.peers()); });
}

void MeshBackend::connect(std::string address, Done<std::string> done) {
  run(std::move(done), [address = std::move(address)](Node& node, Done<std::string> answer) {
    node.connect(address, std::move(answer));
  });
}

void MeshBackend::disconnect(std::string address, Done<void> done) {
  run(std::move(done),
      [address = std::move(address)](Node& node, Done<void> answer) { answer(node.disconnect(address)); });
}

void MeshBackend::info(Done<BackendInfo> done) {
  run(std::move(done), [](Node& node, Done<BackendInfo> answer) { answer(node.info()); });
}

}  // namespace status::waku::mesh
