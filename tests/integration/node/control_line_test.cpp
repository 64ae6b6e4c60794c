// A module and the gateway at a control line that the test holds: without statusd, and so without the signal that the
// kernel sends when it dies.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <iostream>

#include "ipc/client/client.h"
#include "ipc/control/child_start.h"
#include "ipc/control/descriptors.h"
#include "ipc/server/access.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace control = ipc::control;

class Held {
 public:
  explicit Held(const std::string& program) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("socketpair");
    line_.reset(ends[0]);
    const UniqueFd theirs(ends[1]);
    process_.emplace(std::vector<std::string>{binary(program)}, std::vector<std::string>{},
                     ChildProcess::Errors::with_output, std::map<int, int>{{control::kControlFd, theirs.get()}});
  }

  void send(const control::ToModule& message) { write(control::encode(message)); }
  void write(const std::string& line) {
    EXPECT_EQ(::send(line_.get(), line.data(), line.size(), MSG_NOSIGNAL), static_cast<ssize_t>(line.size()));
  }
  // The next message of that kind; others before it are passed over.
  template <class M>
  std::optional<M> await() {
    while (true) {
      const auto line = lines_.next();
      if (line && *line) {
        const auto message = control::decode_from_module(**line);
        if (message && std::holds_alternative<M>(*message)) return std::get<M>(*message);
        continue;
      }
      pollfd readable{line_.get(), POLLIN, 0};
      char bytes[4096];
      const bool news = ::poll(&readable, 1, static_cast<int>(kPatience.count())) == 1;
      const ssize_t got = news ? ::recv(line_.get(), bytes, sizeof(bytes), 0) : 0;
      if (got <= 0) return std::nullopt;
      lines_.append({bytes, static_cast<std::size_t>(got)});
    }
  }
  // Returns when everything that was sent before has been dealt with.
  bool settle() {
    send(control::Ping{++pings_});
    const auto pong = await<control::Pong>();
    return pong && pong->n == pings_;
  }
  // Closes the line; how long the process takes to be gone.
  milliseconds close() {
    const auto start = std::chrono::steady_clock::now();
    line_.reset();
    EXPECT_EQ(process_->wait(kPatience), control::kExitSelfAbort) << process_->output();
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
  }
  ChildProcess& process() { return *process_; }

 private:
  UniqueFd line_;
  control::LineBuffer lines_;
  std::uint64_t pings_ = 0;
  std::optional<ChildProcess> process_;
};

class ControlLine : public testing::Test {
 protected:
  ControlLine() {
    for (const char* folder : {"run", "data"}) ::mkdir((dir_ / folder).c_str(), 0700);
    write_file(dir_ / "token", std::string(32, 'a'));
    ::chmod((dir_ / "token").c_str(), 0600);
  }
  control::Bootstrap bootstrap(const std::string& module) const {
    control::Bootstrap out{.module = module, .generation = 1, .run_dir = dir_ / "run", .data_dir = dir_ / "data"};
    out.config = Value::map({});
    return out;
  }

  void start_keys(Held& keys, const control::Edges& edges = {}) {
    control::Bootstrap boot = bootstrap("keys");
    boot.config.set("node_key_file", dir_ / "node.key");
    boot.edges = edges;
    keys.send(boot);
    ASSERT_TRUE(keys.await<control::Ready>()) << keys.process().output();
  }
  void start_gateway(Held& gateway) {
    control::Bootstrap boot = bootstrap("gateway");
    boot.config.set("socket_url", "ipc://" + (dir_ / "run/supervisor.sock"));
    boot.config.set("token_file", dir_ / "token");
    gateway.send(boot);
    gateway.send(control::Modules{.boot_id = std::string(32, '0'), .modules = {}});
    ASSERT_TRUE(gateway.await<control::Ready>()) << gateway.process().output();
  }

  // Why whoever has that credential gets no key; empty where it gets one.
  std::string refusal(const ipc::Credential& credential) const {
    auto client = ipc::Client::open({.url = "ipc://" + (dir_ / "run/rpc.sock"),
                                     .target = "keys",
                                     .credential = credential,
                                     .connect_patience = kPatience});
    if (!client) return client.error().describe();
    ipc::Request request;
    request.method = "keys.database";
    const auto response = (*client)->call_and_wait(request);
    return response ? "" : response.error().reason;
  }
  // Only `credential` gets in.
  static control::Edges from_chat(const ipc::Credential& credential) {
    const auto digest = ipc::credential_digest(credential);
    return {.to = {}, .from = {{"chat", {.sha256 = to_bytes(digest), .methods = {"keys.database"}}}}};
  }

  TempDir dir_;
};

// A busy machine may take its time once, not each time.
void expect_within_100_ms(const std::string& who, const std::vector<milliseconds>& took) {
  const milliseconds best = *std::min_element(took.begin(), took.end());
  std::cout << "end of file → " << who << " gone: " << best.count() << " ms at best\n";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LE(best, milliseconds(100));
#endif
}

TEST_F(ControlLine, ItsEndIsTheEndOfAModuleWithin100Ms) {
  std::vector<milliseconds> took;
  for (int round = 0; round < 3; ++round) {
    Held keys("status-keys");
    start_keys(keys);
    took.push_back(keys.close());
  }
  expect_within_100_ms("status-keys", took);
}

TEST_F(ControlLine, ItsEndIsTheEndOfTheGatewayWithin100Ms) {
  std::vector<milliseconds> took;
  for (int round = 0; round < 3; ++round) {
    Held gateway("status-gateway");
    start_gateway(gateway);
    took.push_back(gateway.close());
  }
  expect_within_100_ms("status-gateway", took);
}

TEST_F(ControlLine, NewEdgesTakeThePlaceOfTheOldOnes) {
  const ipc::Credential before{1};
  const ipc::Credential after{2};
  Held keys("status-keys");
  start_keys(keys, from_chat(before));
  EXPECT_EQ(refusal(before), "");
  EXPECT_EQ(refusal(after), "ipc.unknown_credential");
  keys.send(from_chat(after));
  ASSERT_TRUE(keys.settle());
  EXPECT_EQ(refusal(before), "ipc.unknown_credential");
  EXPECT_EQ(refusal(after), "");
}

TEST_F(ControlLine, WhatIsNotKnownIsLoggedAtTheLevelThatWasSetAndIgnored) {
  Held keys("status-keys");
  start_keys(keys);
  keys.write("{\"type\": \"first_novelty\", \"more\": 1}\n");
  EXPECT_TRUE(keys.process().wait_for_line("first_novelty", kPatience));
  keys.send(control::LogLevel{"error"});
  keys.write("{\"type\": \"second_novelty\"}\n");
  keys.send(control::LogLevel{"no such level"});
  keys.write("{\"type\": \"third_novelty\"}\n");
  keys.send(control::LogLevel{"warn"});
  keys.write("{\"type\": \"fourth_novelty\"}\n");
  const std::string line = keys.process().wait_for_line("_novelty", kPatience).value_or("");
  EXPECT_NE(line.find("fourth_novelty"), std::string::npos) << line;
  EXPECT_TRUE(keys.settle()) << "it goes on";
}

}  // namespace
}  // namespace status::test
