// A waku module as the chat module sees it: subscriptions, sends, its two streams. On a real socket, without a network.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ipc/client/typed.h"
#include "ipc/server/typed.h"
#include "ipc/stream/event_stream.h"
#include "services/waku/api.h"
#include "tests/unit/ipc/harness.h"

namespace status::chat::test {

class FakeWaku {
 public:
  // Away until start().
  FakeWaku() {
    ipc::ClientOptions options;
    options.url = dir_.url();
    options.target = "waku";
    client_ = std::move(ipc::Client::open(options).value());
  }
  ~FakeWaku() {
    client_.reset();
    stop();
  }

  // Each start is an incarnation that knows nothing of the ones before.
  void start() {
    {
      std::lock_guard lock(mutex_);
      topics_.clear();
    }
    ipc::ServerOptions options;
    options.module = "waku";
    options.url = dir_.url();
    server_ = std::make_unique<ipc::Server>(options, std::make_shared<ipc::OpenAccess>());
    events_ = std::make_unique<ipc::EventStream>(*server_, "waku.events.next", clock_, random_);
    messages_ = std::make_unique<ipc::EventStream>(*server_, "waku.messages.next", clock_, random_);
    serve();
    ASSERT_TRUE(server_->listen());
  }
  void stop() {
    messages_.reset();
    events_.reset();
    server_.reset();
  }

  ipc::Client& client() { return *client_; }
  std::set<std::string> topics() {
    std::lock_guard lock(mutex_);
    return topics_;
  }
  std::size_t sent() {
    std::lock_guard lock(mutex_);
    return sent_;
  }
  // A batch with this topic is refused.
  void refuse(const std::string& topic) {
    std::lock_guard lock(mutex_);
    refused_ = topic;
  }
  void fail_next_info() {
    std::lock_guard lock(mutex_);
    ++failing_infos_;
  }
  // Into the stream of all callers.
  void arrive(const std::string& topic, const Bytes& payload) {
    const waku::MessageView message{.message_hash = {Bytes(32, 1)}, .content_topic = topic, .payload = payload};
    messages_->publish(topic, *api::encode(message));
  }

 private:
  void serve() {
    ipc::serve<waku::Subscribe>(
        *server_, ipc::Run::worker,
        [this](const waku::Subscribe::Request& request, ipc::CallContext&) -> Result<waku::Subscribe::Reply> {
          std::lock_guard lock(mutex_);
          for (const std::string& topic : request.content_topics) {
            if (topic != refused_) continue;
            return fail(Code::resource_exhausted, "waku.too_many_subscriptions", "full");
          }
          topics_.insert(request.content_topics.begin(), request.content_topics.end());
          return waku::Subscribe::Reply{"1"};
        });
    ipc::serve<waku::Send>(*server_, ipc::Run::worker,
                           [this](const waku::Send::Request&, ipc::CallContext&) -> Result<waku::Send::Reply> {
                             std::lock_guard lock(mutex_);
                             ++sent_;
                             return waku::Send::Reply{{Bytes(16)}, {Bytes(32)}};
                           });
    ipc::serve<waku::Info>(*server_, ipc::Run::worker,
                           [this](const waku::Info::Request&, ipc::CallContext&) -> Result<waku::Info::Reply> {
                             std::lock_guard lock(mutex_);
                             if (failing_infos_ > 0) {
                               --failing_infos_;
                               return fail(Code::internal, "waku.backend", "not now");
                             }
                             waku::Info::Reply reply;
                             reply.connection = "connected";
                             return reply;
                           });
  }

  ipc::testing::SocketDir dir_;
  SystemClock clock_;
  SeededRandom random_{3};
  std::unique_ptr<ipc::Server> server_;
  std::unique_ptr<ipc::EventStream> events_;
  std::unique_ptr<ipc::EventStream> messages_;
  std::unique_ptr<ipc::Client> client_;
  std::mutex mutex_;
  std::set<std::string> topics_;
  std::string refused_;
  std::size_t sent_ = 0;
  int failing_infos_ = 0;
};

}  // namespace status::chat::test
