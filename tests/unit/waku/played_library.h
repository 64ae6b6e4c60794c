// The module waku_native, played inside the test over a network that is played, too: a process that can end, be away for a
// while, and be another one.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "ipc/base/random.h"
#include "ipc/server/typed.h"
#include "ipc/stream/event_stream.h"
#include "services/native/api.h"
#include "tests/support/waku_network.h"
#include "tests/unit/ipc/harness.h"

namespace status::waku::native {

class PlayedLibrary {
 public:
  static std::vector<std::string> functions_of_d() {
    return {"logosdelivery_send",
            "logosdelivery_subscribe",
            "logosdelivery_unsubscribe",
            "logosdelivery_get_node_info",
            "waku_relay_publish",
            "waku_relay_subscribe",
            "waku_store_query",
            "waku_get_connected_peers_info",
            "waku_get_my_peerid",
            "waku_listen_addresses",
            "waku_connect"};
  }

  explicit PlayedLibrary(test::WakuNetwork& network) : network_(network) {}
  ~PlayedLibrary() { end(); }

  std::string url() const { return dir_.url(); }
  std::uint64_t node() const { return node_; }
  void set_functions(std::vector<std::string> functions) { functions_ = std::move(functions); }
  // Answers that function with the error, until it is called with nothing.
  void refuse(const std::string& function, std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    error ? void(refusals_[function] = *error) : void(refusals_.erase(function));
  }

  // A new process.
  void begin() {
    ipc::ServerOptions options;
    options.module = "waku_native";
    options.url = url();
    options.generation = ++generation_;
    server_ = std::make_unique<ipc::Server>(options, std::make_shared<ipc::OpenAccess>());
    events_ = std::make_unique<ipc::EventStream>(*server_, "waku_native.events.next", clock_, random_,
                                                 std::span<std::uint8_t>{}, 0, 8U << 20U);
    node_ = network_.join([this](const std::string& listener, const std::string& json) { publish(listener, json); });
    ipc::serve<status::native::Info>(*server_, ipc::Run::worker, [this](const api::Empty&, const ipc::CallContext&) {
      status::native::Info::Reply reply;
      reply.family = "delivery";
      reply.generation = "D";
      reply.version = "v0.39.0";
      reply.functions = functions_;
      return Result<status::native::Info::Reply>(reply);
    });
    ipc::serve_async<status::native::Call>(
        *server_, ipc::Run::worker, Stage::backend,
        [this](const status::native::Call::Request& request, auto answer) { call(request, answer); });
    ASSERT_TRUE(server_->listen());
    network_.tell_connection(node_, "Connected");
  }
  // As SIGKILL does.
  void end() {
    network_.leave(node_);
    if (server_ != nullptr) server_->finish();
    events_.reset();
    server_.reset();
  }
  void publish(const std::string& listener, const std::string& json, std::uint64_t lost = 0) {
    events_->publish("waku_native.event", *api::encode(status::native::LibraryEvent{listener, json, lost}));
  }

 private:
  template <class Answer>
  void call(const status::native::Call::Request& request, const Answer& answer) {
    static const std::map<std::string, std::pair<std::string, std::vector<std::string>>> kFunctions = {
        {"logosdelivery_send", {"send", {"messageJson", ""}}},
        {"logosdelivery_subscribe", {"subscribe", {"contentTopicStr", ""}}},
        {"logosdelivery_unsubscribe", {"unsubscribe", {"contentTopicStr", ""}}},
        {"waku_relay_subscribe", {"subscribe_shard", {"pubSubTopic", ""}}},
        {"waku_relay_publish", {"publish", {"pubSubTopic", "jsonWakuMessage"}}},
        {"waku_store_query", {"query", {"jsonQuery", "peerAddr"}}},
        {"waku_get_connected_peers_info", {"peers", {"", ""}}}};
    {
      const std::lock_guard lock(mutex_);
      if (const auto refusal = refusals_.find(request.function); refusal != refusals_.end()) {
        return answer(Result<status::native::Call::Reply>(fail(refusal->second)));
      }
    }
    if (std::find(functions_.begin(), functions_.end(), request.function) == functions_.end()) {
      return answer(Result<status::native::Call::Reply>(fail(Code::unimplemented, "native.no_function", "none here")));
    }
    if (request.function == "waku_get_my_peerid") return answer(status::native::Call::Reply{"16Uiu2HAmPlayed"});
    if (request.function == "waku_listen_addresses") return answer(status::native::Call::Reply{"/ip4/127.0.0.1/tcp/1"});
    if (request.function == "waku_connect") return answer(status::native::Call::Reply{""});
    const auto& [function, names] = kFunctions.at(request.function);
    const auto outcome = network_.call(node_, function, request.arguments.string_or(names[0], ""),
                                       request.arguments.string_or(names[1], ""));
    outcome.well
        ? answer(status::native::Call::Reply{outcome.text})
        : answer(Result<status::native::Call::Reply>(fail(Code::internal, "native.library_error", outcome.text)));
    for (const auto& event : outcome.after) event();
  }

  test::WakuNetwork& network_;
  ipc::testing::SocketDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::vector<std::string> functions_ = functions_of_d();
  std::mutex mutex_;
  std::map<std::string, Error> refusals_;  // under mutex_
  std::uint64_t generation_ = 0;
  std::atomic<std::uint64_t> node_{0};
  std::unique_ptr<ipc::Server> server_;
  std::unique_ptr<ipc::EventStream> events_;
};

}  // namespace status::waku::native
