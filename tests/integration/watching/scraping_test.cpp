// A real Prometheus that reads a node as one on another machine would: over TLS, with a token of its own.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/watching/prometheus_server.h"
#include "tests/support/patience.h"
#include "tests/support/process_node.h"

namespace status::test {
namespace {

// Whether Prometheus comes to say of the node that it is (not) up. It looks once a second.
bool await_up(const PrometheusServer& prometheus, const std::string& value) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const Value::Array found = prometheus.query("up{job=\"status\"} == " + value);
    if (!found.empty()) return true;
  }
  return false;
}

TEST(Scraping, OverTlsWithATokenUntilThatIsRevoked) {
  ProcessNode node({.settings = {"metrics.tls=true", "metrics.require_token=true"}});
  const Status started = node.start();
  ASSERT_TRUE(started) << started.error().describe();
  const Result<Value> token =
      node.front().call("supervisor.create_token",
                        Value::map({{"name", "prometheus"}, {"methods", Value::array({"supervisor.metrics"})}}));
  ASSERT_TRUE(token) << token.error().describe();
  const Result<Value> hello = node.front().call("supervisor.hello");
  ASSERT_TRUE(hello) << hello.error().describe();
  std::string target = hello->string_or("metrics_url", "");
  ASSERT_THAT(target, testing::StartsWith("https://127.0.0.1:"));
  target = target.substr(8, target.rfind('/') - 8);
  const TempDir dir;
  std::ofstream(dir / "password") << token->string_or("token", "");
  const PrometheusServer prometheus(
      target,
      {"scheme: https", "tls_config:", "  ca_file: " + node.data_dir() + "/profiles/default/gateway/metrics_tls.pem",
       "basic_auth:", "  username: prometheus", "  password_file: " + (dir / "password")});
  EXPECT_TRUE(await_up(prometheus, "1"));
  EXPECT_FALSE(prometheus.query("status_module_up{module=\"chat\"}").empty());
  ASSERT_TRUE(node.front().call("supervisor.revoke_token", Value::map({{"name", "prometheus"}})));
  EXPECT_TRUE(await_up(prometheus, "0"));
}

}  // namespace
}  // namespace status::test
