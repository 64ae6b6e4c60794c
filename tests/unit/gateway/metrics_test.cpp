// /metrics, /healthz, /readyz and /sd over a raw socket.
#include <gmock/gmock.h>
#include <sys/mman.h>

#include <fstream>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/gateway/metrics_collector.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/gateway/fixture.h"
#include "tests/unit/gateway/http_client.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Endpoint : public GatewayTest {
 protected:
  void start_with_metrics(const std::string& listen = "127.0.0.1:0") { start_with_metrics(config(), listen); }
  void start_with_metrics(GatewayConfig with, const std::string& listen = "127.0.0.1:0") {
    with.metrics_listen = listen;
    with.metrics_address_file = dir_.socket("metrics.addr");
    with.snapshot_period = std::chrono::milliseconds(20);
    start(with);
  }
  std::uint16_t port() const {
    const std::string& url = gateway_->metrics_url();
    return url.empty() ? 0 : static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  std::string get(const std::string& path) const {
    return exchange(port(), "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
};

TEST_F(Endpoint, ShowsEveryModulesFiguresAndStates) {
  start_with_metrics();
  add_module("chat");
  Row down = row("waku", "backoff");
  down.restarts = 3;
  down.restart_causes = {{"SIGKILL", 2}, {"exit_70", 1}};
  down.log_lines_dropped = 12;
  tell(down);
  tell(row("gateway", "ready"));
  ASSERT_TRUE(call("chat.seen"));
  ASSERT_TRUE(eventually([&] { return get("/metrics").find("status_test_things_total") != std::string::npos; }));
  const std::string text = get("/metrics");
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(text, HasSubstr("status_test_things_total{module=\"chat\"} 7"));
  EXPECT_THAT(text, HasSubstr("status_module_up{module=\"chat\",owner=\"test team\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_module_up{module=\"waku\",owner=\"test team\"} 0"));
  EXPECT_THAT(text, HasSubstr("status_module_state{module=\"waku\",state=\"backoff\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_module_restarts_total{cause=\"SIGKILL\",module=\"waku\"} 2"));
  EXPECT_THAT(text, HasSubstr("status_module_restarts_total{cause=\"exit_70\",module=\"waku\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_log_lines_dropped_total{module=\"waku\"} 12"));
  EXPECT_THAT(text, HasSubstr("status_log_lines_dropped_total{module=\"chat\"} 0"));
  EXPECT_THAT(text,
              HasSubstr("status_rpc_requests_total{caller=\"gateway\",code=\"OK\",method=\"seen\",module=\"chat\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_rpc_duration_seconds_count{method=\"seen\",module=\"chat\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("method=\"events.next\",module=\"chat\""))) << "a poll's wait is no latency";
}

TEST_F(Endpoint, DoesNotWaitForAModuleThatHangs) {
  start_with_metrics();
  Latch latch;
  TestModule& chat = add_module("chat");
  ASSERT_TRUE(eventually([&] { return get("/metrics").find("status_test_things_total") != std::string::npos; }));
  const auto asked = std::make_shared<std::atomic<bool>>(false);
  chat.server().handle("chat._sys.metrics", ipc::Run::system, [asked, latch](ipc::Call call) {
    *asked = true;
    latch.wait();
    call.reply(encode_msgpack(empty_map()));
  });
  ASSERT_TRUE(eventually([&] { return asked->load(); }));
  EXPECT_THAT(get("/metrics"), HasSubstr("status_test_things_total{module=\"chat\"} 7")) << "the last snapshot";
  latch.open();
}

TEST_F(Endpoint, HealthAndReadiness) {
  start_with_metrics();
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
  add_module("chat");
  tell(row("waku", "starting"));
  tell(row("keys", "stopped"));
  ASSERT_TRUE(eventually([&] { return get("/readyz").find("waku is starting") != std::string::npos; }));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 503"));
  tell(row("waku", "ready"));
  ASSERT_TRUE(eventually([&] { return get("/readyz").starts_with("HTTP/1.1 200"); }));
}

TEST_F(Endpoint, IsATargetOfPrometheusServiceDiscovery) {
  start_with_metrics();
  const std::string reply = get("/sd");
  EXPECT_THAT(reply, HasSubstr("Content-Type: application/json\r\n"));
  const Result<Value> list = parse_json(body_of(reply));
  ASSERT_TRUE(list) << reply;
  const Value& target = list->as_array()->at(0);
  EXPECT_EQ(target.find("targets")->as_array()->at(0), Value("127.0.0.1:" + std::to_string(port())));
  EXPECT_EQ(target.find("labels")->string_or("status_version", ""), "1.2.3");
}

TEST_F(Endpoint, RefusesWhatItDoesNotKnow) {
  start_with_metrics();
  EXPECT_THAT(get("/etc/passwd"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(
      exchange(port(), "POST /metrics HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
      StartsWith("HTTP/1.1 405"));
  const std::string head = exchange(port(), "HEAD /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_EQ(exchange(port(), "nonsense\r\n\r\n"), "");
  const std::string long_header = "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
  EXPECT_EQ(exchange(port(), long_header), "");
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
}

// A page that had its name resolved to this machine would ask under that name.
TEST_F(Endpoint, AnswersToItsOwnNamesAlone) {
  GatewayConfig with = config();
  with.metrics_allowed_hosts = {"node.example.org"};
  start_with_metrics(with);
  const auto asked_as = [&](const std::string& host) {
    return exchange(port(), "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  };
  for (const char* host : {"localhost", "LocalHost:9464", "10.1.2.3:80", "[fe80::1]", "Node.Example.org:9464"}) {
    EXPECT_THAT(asked_as(host), StartsWith("HTTP/1.1 200")) << host;
  }
  for (const char* host :
       {"attacker.example", "localhost.attacker.example", "node.example.org.", "127.0.0.1.example"}) {
    const std::string refused = asked_as(host);
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 403")) << host;
    EXPECT_THAT(refused, HasSubstr("metrics.allowed_hosts")) << host;
    EXPECT_THAT(refused, Not(HasSubstr("status_"))) << host;
  }
  EXPECT_THAT(exchange(port(), "GET /healthz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 200"));
}

TEST_F(Endpoint, TheAddressIsInHelloAndInAFileAndKeptByTheNextGateway) {
  start_with_metrics();
  const std::uint16_t first = port();
  ASSERT_NE(first, 0);
  EXPECT_EQ(call("supervisor.hello")->string_or("metrics_url", ""),
            "http://127.0.0.1:" + std::to_string(first) + "/metrics");
  std::ifstream file(dir_.socket("metrics.addr"));
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "127.0.0.1:" + std::to_string(first));
  stop_gateway();
  start_with_metrics();
  EXPECT_EQ(port(), first);
}

TEST_F(Endpoint, TheMergedStreamHasTheSeriesOfEveryStream) {
  GatewayConfig with = config();
  with.metrics_listen = "127.0.0.1:0";
  with.snapshot_period = std::chrono::hours(1);  // the lag is that since somebody asked last
  start(with);
  tell(row("gateway", "ready"));
  auto publish = [&, seq = std::uint64_t{0}](int times, std::size_t bytes) mutable {
    for (int i = 0; i < times; ++i) {
      gateway_->supervisor_event({.seq = ++seq,
                                  .topic = "supervisor.module_state",
                                  .time_ms = 1,
                                  .generation = 1,
                                  .data = Value::map({{"text", std::string(bytes, 'x')}})});
    }
  };
  const auto figure = [&](const std::string& name) {
    const std::string line = "status_stream_" + name + "{module=\"gateway\",stream=\"events\"} ";
    const std::string page = get("/metrics");
    return page.find(line) == std::string::npos ? -1 : std::stod(page.substr(page.find(line) + line.size()));
  };
  publish(3, 10);
  EXPECT_EQ(figure("depth"), 3);
  EXPECT_EQ(figure("dropped_total"), 0);
  ASSERT_TRUE(poll(10'000, 1));
  ASSERT_TRUE(poll(10'000, 1));
  EXPECT_EQ(figure("lag"), 2) << "what the reader had not read when it asked";
  constexpr int kMany = 300;
  publish(kMany, memory_.size() / 100);  // several times what the stream can keep
  ASSERT_TRUE(poll());
  EXPECT_GT(figure("dropped_total"), kMany / 2);
  EXPECT_LT(figure("depth"), kMany / 2);
}

// What a gateway that is killed leaves is tested with processes; here is whose it takes.
TEST_F(Endpoint, CountersGoOnFromTheGatewayBeforeInTheSameRunOfTheNode) {
  const std::string counted =
      "status_rpc_requests_total{caller=\"gateway\",code=\"OK\",method=\"seen\",module=\"chat\"} ";
  add_module("chat");
  const auto next = [&](const std::string& boot_id) {
    GatewayConfig with = config();
    with.generation = static_cast<std::uint64_t>(gateways_) + 1;
    with.boot_id = boot_id;
    with.metrics_state_file = dir_.socket("metrics.state");
    start_with_metrics(with);
    tell(row("gateway", "ready", with.generation));
    tell(row("chat", "ready"));
    ASSERT_TRUE(call("chat.seen"));
  };
  next("one");
  EXPECT_THAT(get("/metrics"), HasSubstr(counted + "1\n"));
  ASSERT_TRUE(call("chat.seen"));
  stop_gateway();  // that call no scrape has seen
  next("one");
  EXPECT_THAT(get("/metrics"), HasSubstr(counted + "3\n"));
  stop_gateway();
  next("another");
  EXPECT_THAT(get("/metrics"), HasSubstr(counted + "1\n"));
}

TEST_F(Endpoint, ABusyPortOrAnOddAddressCostsTheMetricsAlone) {
  start_with_metrics();
  const std::string taken = "127.0.0.1:" + std::to_string(port());
  for (const std::string& listen : {taken, std::string("nonsense"), std::string("127.0.0.1:70000")}) {
    GatewayConfig second = config();
    second.url = dir_.url("second");
    second.event_memory = {};
    second.metrics_listen = listen;
    const UniqueFd log(::memfd_create("log", MFD_CLOEXEC));
    second.log_fd = log.get();
    Gateway other(second, {supervisor_, clock_, random_});
    EXPECT_TRUE(other.start()) << listen;
    EXPECT_EQ(other.metrics_url(), "") << listen;
    const std::string said = test::read_file("/proc/self/fd/" + std::to_string(log.get()));
    const Value line = parse_json(said.substr(0, said.find('\n'))).value_or(Value());
    EXPECT_EQ(line.string_or("level", ""), "warn") << said;
    EXPECT_EQ(line.string_or("message", ""), "metrics are not served") << said;
    EXPECT_EQ(line.string_or("reason", ""), listen == taken ? "gateway.port_taken" : "gateway.bad_listen") << said;
    EXPECT_THAT(line.string_or("why", ""), HasSubstr(listen));
  }
}

}  // namespace
}  // namespace status::gateway
