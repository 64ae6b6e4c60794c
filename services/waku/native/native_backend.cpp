#include "services/waku/native/native_backend.h"

#include <utility>

namespace status::waku::native {
namespace {

Error stopping() { return make_retryable(Code::unavailable, "waku.stopping", "the backend is not running"); }

}  // namespace

struct NativeBackend::Running {
  Running()
      : executor(std::make_shared<host::Executor>([this] { node->tick(); },
                                                  [this] { return node ? node->next_tick() : std::nullopt; })) {}

  // Keeps who waits for an answer; the result answers and forgets, once.
  template <class T>
  Done<T> keep(Done<T> done) {
    const auto shared = std::make_shared<Done<T>>(std::move(done));
    const std::lock_guard lock(mutex);
    const std::uint64_t id = ++last_id;
    waiting[id] = [shared] { (*shared)(fail(stopping())); };
    return [this, id, shared](Result<T> answer) {
      {
        const std::lock_guard held(mutex);
        if (waiting.erase(id) == 0) return;
      }
      (*shared)(std::move(answer));
    };
  }

  void refuse_waiting() {
    std::map<std::uint64_t, std::function<void()>> left;
    {
      const std::lock_guard lock(mutex);
      left = std::exchange(waiting, {});
    }
    for (const auto& [id, refuse] : left) refuse();
  }

  std::mutex mutex;
  std::uint64_t last_id = 0;                               // under mutex
  std::map<std::uint64_t, std::function<void()>> waiting;  // under mutex
  std::unique_ptr<Node> node;
  std::shared_ptr<host::Executor> executor;
};

Result<Started> NativeBackend::start(BackendEvents& events, const Resume& resume) {
  const std::lock_guard lock(mutex_);
  if (running_ != nullptr) return fail(Code::failed_precondition, "waku.already_started", "the backend runs already");
  const auto running = std::make_shared<Running>();
  running->node = std::make_unique<Node>(
      NodeParts{parts_.settings, parts_.client, running->executor, events, parts_.clock, parts_.health}, resume);
  running->executor->post([run = running.get()] { run->node->begin(); });
  running_ = running;
  return Started{resume.own};  // the library keeps nothing for this node
}

// The node after its thread, before whatever still comes from the client, which finds no executor.
void NativeBackend::stop() {
  std::shared_ptr<Running> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::exchange(running_, nullptr);
  }
  if (ending == nullptr) return;
  ending->executor->stop();
  ending->refuse_waiting();
  ending->node.reset();
}

template <class T, class Work>
void NativeBackend::run(Done<T> done, Work work) {
  std::shared_ptr<Running> running;
  {
    const std::lock_guard lock(mutex_);
    running = running_;
  }
  if (running == nullptr) return done(fail(stopping()));
  const Done<T> kept = running->keep(std::move(done));
  // What is posted is done or dropped before the node goes.
  if (!running->executor->post([run = running.get(), kept, work = std::move(work)] { work(*run->node, kept); })) {
    kept(fail(stopping()));
  }
}

void NativeBackend::head(Done<std::uint64_t> done) {
  run(std::move(done), [](Node& node, const Done<std::uint64_t>& answer) { answer(node.head()); });
}

void NativeBackend::subscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done),
      [topics = std::move(content_topics)](Node& node, const Done<void>& answer) { node.subscribe(topics, answer); });
}

void NativeBackend::unsubscribe(std::vector<std::string> content_topics, Done<void> done) {
  run(std::move(done), [topics = std::move(content_topics)](Node& node, const Done<void>& answer) {
    node.unsubscribe(topics);
    answer({});
  });
}

void NativeBackend::resume(std::uint64_t /*position*/) {
  run(Done<void>([](const Status&) {}), [](Node& node, const Done<void>& answer) {
    node.resume();
    answer({});
  });
}

void NativeBackend::send(WakuMessage message, Done<MessageHash> done) {
  run(std::move(done),
      [message = std::move(message)](Node& node, const Done<MessageHash>& answer) { node.send(message, answer); });
}

void NativeBackend::store_query(StoreQuery query, std::string peer, Done<StorePage> done) {
  run(std::move(done), [query = std::move(query), peer = std::move(peer)](Node& node, const Done<StorePage>& answer) {
    node.store_query(query, peer, answer);
  });
}

void NativeBackend::peers(Done<std::vector<PeerInfo>> done) {
  run(std::move(done), [](Node& node, const Done<std::vector<PeerInfo>>& answer) { node.peers(answer); });
}

void NativeBackend::connect(std::string address, Done<std::string> done) {
  run(std::move(done),
      [address = std::move(address)](Node& node, const Done<std::string>& answer) { node.connect(address, answer); });
}

void NativeBackend::disconnect(std::string address, Done<void> done) {
  run(std::move(done),
      [address = std::move(address)](Node& node, const Done<void>& answer) { answer(node.disconnect(address)); });
}

void NativeBackend::info(Done<BackendInfo> done) {
  run(std::move(done), [](Node& node, const Done<BackendInfo>& answer) { answer(node.info()); });
}

}  // namespace status::waku::native
