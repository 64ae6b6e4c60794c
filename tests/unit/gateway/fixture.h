// A gateway inside the test, modules that are servers of the test, and a supervisor that does what the test says.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "ipc/stream/event_stream.h"
#include "supervisor/gateway/gateway.h"
#include "supervisor/gateway/rows.h"
#include "tests/unit/ipc/harness.h"

namespace status::gateway {

using ipc::testing::begin_call;
using ipc::testing::eventually;
using ipc::testing::Latch;
using ipc::testing::request;

inline ipc::Credential edge_of(const std::string& module) {
  ipc::Credential credential{};
  credential[0] = static_cast<std::uint8_t>(module.size());
  credential[1] = static_cast<std::uint8_t>(module.front());
  return credential;
}

// Keeps what has sockets until the process ends: closing them where messages may still arrive can hang Debian's NNG
// (ipc/nng/socket.h), and a program in production does not do it either.
template <class T>
void bury(T object) {
  static auto* graveyard = new std::vector<std::shared_ptr<void>>();
  graveyard->push_back(std::make_shared<T>(std::move(object)));
}

inline Value empty_map() { return Value(Value::Map{}); }

// A module: it lets in nobody but the gateway.
class TestModule {
 public:
  TestModule(const std::string& url, const std::string& name, std::uint64_t generation = 1);
  ~TestModule() { stop(); }
  TestModule(const TestModule&) = delete;
  TestModule& operator=(const TestModule&) = delete;

  void publish(const std::string& event, std::uint64_t number) { publish_as(name_ + "." + event, number); }
  void publish_as(const std::string& topic, std::uint64_t number) {
    events_->publish(topic, encode_msgpack(Value::map({{"n", number}})));
  }
  // Say first that it is down (GatewayTest::tell), so that nothing is on its way to it.
  void stop();
  ipc::Server& server() { return *server_; }
  std::size_t polls() const { return events_->parked(); }

 private:
  std::string name_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<ipc::Server> server_;
  std::unique_ptr<ipc::EventStream> events_;
};

class TestSupervisor final : public SupervisorLink {
 public:
  void command(ipc::control::Command command, Done done) override {
    std::lock_guard lock(mutex_);
    commands_.push_back(command.op + " " + command.module + (command.key.empty() ? "" : " " + command.key));
    if (keep_) {
      kept_.push_back(std::move(done));
      return;
    }
    done(answer_ ? Result<Value>(fail(*answer_)) : data_);
  }
  std::vector<std::string> commands() {
    std::lock_guard lock(mutex_);
    return commands_;
  }
  void answer_with(std::optional<Error> error) { answer_ = std::move(error); }
  void answer_with_data(Value data) { data_ = std::move(data); }
  void answer_nothing() { keep_ = true; }

 private:
  std::mutex mutex_;
  std::vector<std::string> commands_;
  std::optional<Error> answer_;
  Value data_;
  bool keep_ = false;
  std::vector<Done> kept_;
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest();
  ~GatewayTest() override;

  void start(GatewayConfig config);
  void start() { start(config()); }
  GatewayConfig config() const;
  // The end of a gateway; start() makes the next one, on the same event memory.
  void stop_gateway();

  Row row(const std::string& module, const std::string& state, std::uint64_t generation = 1) const;
  TestModule& add_module(const std::string& name, std::uint64_t generation = 1);
  void tell(Row row) { gateway_->module_changed(std::move(row)); }

  // Patient: a busy machine takes its time to connect.
  std::unique_ptr<ipc::Client> open_front_end() const;
  Result<Value> call(const std::string& method, const Value& params = empty_map());
  // One poll of the merged stream from `cursor_`, which it moves.
  Result<api::StreamReply> poll(std::uint32_t wait_ms = 10'000, std::uint32_t max = 100);
  // Polls until `count` events of that topic have come; what else comes is kept in `others_`.
  std::vector<std::uint64_t> numbers(const std::string& topic, std::size_t count);

  ipc::testing::SocketDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  TestSupervisor supervisor_;
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(1 << 20);
  std::map<std::string, std::unique_ptr<TestModule>> modules_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ipc::Client> client_;
  int gateways_ = 0;
  std::string cursor_ = "0";
  std::vector<std::string> others_;
};

}  // namespace status::gateway
