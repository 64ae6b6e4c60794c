#include "tests/integration/remote/fixture.h"

#include <sstream>

#include "metrics/snapshot.h"

namespace status::test {

void RemoteTest::SetUp() {
  const Status started = node_.start();
  ASSERT_TRUE(started) << started.error().describe();
  ASSERT_NE(port(), 0) << node_.report();
}

void RemoteTest::TearDown() {
  if (HasFailure()) std::puts(node_.report().c_str());
}

const tls::Identity& RemoteTest::identity(const std::string& name) {
  const auto known = identities_.find(name);
  if (known != identities_.end()) return known->second;
  return identities_.emplace(name, *tls::load_or_create_identity(key_file(name))).first->second;
}

std::string RemoteTest::token_for(const std::string& client, const Scope& scope) {
  Value::Array methods(scope.methods.begin(), scope.methods.end());
  const auto made =
      node_.front().call("supervisor.create_token", Value::map({{"name", client},
                                                                {"methods", std::move(methods)},
                                                                {"rate_per_second", scope.rate},
                                                                {"expires_ms", scope.expires_ms},
                                                                {"client", tls::to_text(identity(client).id)}}));
  EXPECT_TRUE(made) << made.error().describe();
  return made ? made->string_or("token", "") : "";
}

std::string RemoteTest::local_token(const std::string& name) {
  const auto made = node_.front().call("supervisor.create_token",
                                       Value::map({{"name", name}, {"methods", Value::array({"supervisor.*"})}}));
  EXPECT_TRUE(made) << made.error().describe();
  return made ? made->string_or("token", "") : "";
}

Value RemoteTest::door() {
  const auto hello = node_.front().call("supervisor.hello");
  const Value* remote = hello ? hello->find("remote") : nullptr;
  return remote == nullptr ? Value(Value::Map{}) : *remote;
}

std::uint16_t RemoteTest::port() {
  const auto address = parse_remote_url(door().string_or("url", ""));
  return address ? address->port : 0;
}

bool RemoteTest::eventually(const std::function<bool()>& so) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

double RemoteTest::figure(const std::string& family, const metrics::Labels& labels) {
  const auto reply = node_.front().call("supervisor._sys.metrics");
  const auto snapshot = reply ? metrics::decode(*reply) : Result<metrics::Snapshot>(metrics::Snapshot());
  for (const metrics::Family& each : snapshot ? *snapshot : metrics::Snapshot()) {
    if (each.name != family) continue;
    for (const metrics::Sample& sample : each.samples) {
      if (sample.labels == labels) return sample.value;
    }
  }
  return 0;
}

bool RemoteTest::counted(const std::string& reason, double count) {
  double last = 0;
  const bool reached = eventually([&] {
    last = figure("status_remote_refused_total", {{"reason", reason}});
    return last >= count;
  });
  EXPECT_EQ(last, count) << reason;
  return reached;
}

bool RemoteTest::logged(const std::string& part, std::size_t count) {
  std::size_t lines = 0;
  eventually([&] {
    std::istringstream log(read_file(node_.data_dir() + "/logs/gateway.log"));
    lines = 0;
    for (std::string line; std::getline(log, line);) lines += line.find(part) != std::string::npos ? 1 : 0;
    return lines >= count;
  });
  EXPECT_EQ(lines, count) << part;
  return lines == count;
}

}  // namespace status::test
