// A server and its clients inside the test, over a real ipc:// socket in a directory of their own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "ipc/base/codec.h"
#include "ipc/client/client.h"
#include "ipc/server/server.h"

namespace status::ipc::testing {

class SocketDir {
 public:
  SocketDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "status-ipc-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~SocketDir() { std::filesystem::remove_all(path_); }
  SocketDir(const SocketDir&) = delete;
  SocketDir& operator=(const SocketDir&) = delete;

  std::string socket(const std::string& name = "rpc") const { return path_ + "/" + name + ".sock"; }
  std::string url(const std::string& name = "rpc") const { return "ipc://" + socket(name); }

 private:
  std::string path_;
};

// Lets handlers wait until the test says so. Open it before the server goes; a handler that may outlive it keeps a
// copy, which is the same latch.
class Latch {
 public:
  void open() { promise_->set_value(); }
  void wait() const { future_.wait(); }

 private:
  std::shared_ptr<std::promise<void>> promise_ = std::make_shared<std::promise<void>>();
  std::shared_future<void> future_ = promise_->get_future().share();
};

inline ServerOptions server_options(const SocketDir& dir) {
  ServerOptions options;
  options.module = "echo";
  options.url = dir.url();
  return options;
}

// A client is patient here, because connecting can take longer than 50 ms on a machine that is busy with other tests.
inline ClientOptions client_options(const std::string& url) {
  ClientOptions options;
  options.url = url;
  options.target = "echo";
  options.connect_patience = std::chrono::seconds(10);
  return options;
}

inline std::unique_ptr<Client> open_client(const ClientOptions& options, ClientObserver* observer = nullptr) {
  Result<std::unique_ptr<Client>> client = Client::open(options, observer);
  EXPECT_TRUE(client) << (client ? "" : client.error().describe());
  return client ? std::move(*client) : nullptr;
}
inline std::unique_ptr<Client> open_client(const std::string& url) { return open_client(client_options(url)); }

// With the product's patience: for what happens without a server.
inline std::unique_ptr<Client> open_impatient_client(const std::string& url) {
  return open_client(ClientOptions{.url = url, .target = "echo"});
}

inline Request request(const std::string& method, std::uint32_t deadline_ms = 5'000) {
  Request out;
  out.method = method;
  out.deadline_ms = deadline_ms;
  return out;
}

// A call whose answer is looked at later.
inline std::future<Result<Response>> begin_call(Client& client, const Request& request) {
  auto promise = std::make_shared<std::promise<Result<Response>>>();
  std::future<Result<Response>> future = promise->get_future();
  client.call(request, [promise](Result<Response> response) { promise->set_value(std::move(response)); });
  return future;
}

// A request with whatever meta, as another client library or the gateway may send it. The answer comes as it is, errors
// within.
inline std::future<Result<Response>> begin_by_hand(Client& client, const RequestHeader& header,
                                                   const Bytes& params = encode_msgpack(Value(Value::Map{}))) {
  Bytes prefix;
  append_request_prefix(header, prefix);
  auto answer = std::make_shared<std::promise<Result<Response>>>();
  std::future<Result<Response>> future = answer->get_future();
  client.forward(Message(prefix, params), 60'000, header.method, header.trace,
                 [answer](Result<Response> response) { answer->set_value(std::move(response)); });
  return future;
}
inline Result<Response> send_by_hand(Client& client, const RequestHeader& header) {
  return begin_by_hand(client, header).get();
}

// Polls a condition without a fixed sleep: for states that no event announces. Gives up after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace status::ipc::testing
