#include "tests/unit/gateway/fixture.h"

#include "ipc/api/openrpc.h"
#include "metrics/instruments.h"

namespace status::gateway {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const ipc::AccessPolicy> gateway_only(const std::string& module) {
  ipc::CredentialAccess::Entry entry;
  entry.sha256 = ipc::credential_digest(edge_of(module));
  entry.caller = std::make_shared<ipc::Caller>(ipc::Caller{"gateway", ipc::MethodSet::all()});
  return std::make_shared<ipc::CredentialAccess>(std::vector{entry});
}

// What the module saw of the request.
Value seen(const ipc::Call& call) {
  const ipc::RequestHeader& header = call.header();
  return Value::map({{"caller", call.caller().name},
                     {"deadline_ms", header.deadline_ms},
                     {"trace", header.trace ? header.trace->id_hex() : ""},
                     {"user", header.user},
                     {"principal", call.principal()},
                     {"interface", header.interface_major},
                     {"key", header.idempotency_key},
                     {"sent_ns", header.sent_ns},
                     {"params", *decode_msgpack(call.params())}});
}

}  // namespace

TestModule::TestModule(const std::string& url, const std::string& name, std::uint64_t generation) : name_(name) {
  ipc::ServerOptions options;
  options.module = name;
  options.url = url;
  options.generation = generation;
  server_ = std::make_unique<ipc::Server>(options, gateway_only(name));
  events_ = std::make_unique<ipc::EventStream>(*server_, name + ".events.next", clock_, random_);
  server_->handle(name + ".seen", ipc::Run::inline_thread,
                  [](ipc::Call call) { call.reply(encode_msgpack(seen(call)), {.cursor = "c-1"}); });
  server_->handle(name + ".refuse", ipc::Run::inline_thread,
                  [](ipc::Call call) { call.fail(make_error(Code::not_found, "test.nothing", "there is nothing")); });
  server_->handle(name + "._sys.describe", ipc::Run::system, [name](ipc::Call call) {
    const api::Interface interface(name, {1, 0}, "A module of a test", {"test", "test"});
    call.reply(encode_msgpack(api::openrpc_document(interface)));
  });
  server_->handle(name + "._sys.metrics", ipc::Run::system, [name](ipc::Call call) {
    metrics::Instruments instruments({.module = name});
    instruments.registry().counter("status_test_things_total", "Things.").add(7);
    call.reply(encode_msgpack(metrics::encode(instruments.registry().collect())));
  });
  const Status listening = server_->listen();
  EXPECT_TRUE(listening) << listening.error().describe();
}

void TestModule::stop() {
  events_.reset();
  server_.reset();
}

GatewayTest::GatewayTest() = default;

GatewayTest::~GatewayTest() {
  if (gateway_) stop_gateway();
  for (auto& [name, module] : modules_) bury(std::move(module));
}

GatewayConfig GatewayTest::config() const {
  GatewayConfig config;
  config.url = dir_.url("supervisor" + std::to_string(gateways_));
  config.version = "1.2.3";
  config.boot_id = "0123456789abcdef0123456789abcdef";
  config.access = std::make_shared<ipc::OpenAccess>("local");
  config.event_memory = std::span(const_cast<std::uint8_t*>(memory_.data()), memory_.size());
  return config;
}

void GatewayTest::start(GatewayConfig config) {
  gateway_ = std::make_unique<Gateway>(std::move(config), Gateway::Tools{supervisor_, clock_, random_});
  const Status started = gateway_->start();
  ASSERT_TRUE(started) << started.error().describe();
  client_ = open_front_end();
}

std::unique_ptr<ipc::Client> GatewayTest::open_front_end() const {
  return std::move(*ipc::Client::open({.url = config().url, .target = "supervisor", .connect_patience = 5s}));
}

void GatewayTest::stop_gateway() {
  gateway_->finish(std::chrono::steady_clock::now());
  bury(std::move(gateway_));
  bury(std::move(client_));
  ++gateways_;
}

Row GatewayTest::row(const std::string& module, const std::string& state, std::uint64_t generation) const {
  Row row;
  row.name = module;
  row.state = state;
  row.generation = generation;
  row.pid = state == "ready" ? static_cast<std::int64_t>(1'000 + generation) : 0;
  row.started_ms = clock_.unix_ms() - 5'000;
  row.owner = "test team";
  row.interface = "1.0";
  row.url = dir_.url(module);
  const ipc::Credential edge = edge_of(module);
  row.credential = Bytes(edge.begin(), edge.end());
  return row;
}

TestModule& GatewayTest::add_module(const std::string& name, std::uint64_t generation) {
  if (modules_[name] && gateway_) tell(row(name, "starting", generation));
  modules_[name].reset();
  modules_[name] = std::make_unique<TestModule>(dir_.url(name), name, generation);
  if (gateway_) tell(row(name, "ready", generation));
  return *modules_[name];
}

Result<Value> GatewayTest::call(const std::string& method, const Value& params) {
  ipc::Request sent = request(method);
  sent.params = encode_msgpack(params);
  Result<ipc::Response> response = client_->call_and_wait(sent);
  if (!response) return fail(response.error());
  return decode_msgpack(response->result());
}

Result<api::StreamReply> GatewayTest::poll(std::uint32_t wait_ms, std::uint32_t max) {
  api::StreamRequest params;
  params.cursor = cursor_;
  params.wait_ms = wait_ms;
  params.max = max;
  ipc::Request sent = request("supervisor.events.next", wait_ms + 5'000);
  sent.params = *api::encode(params);
  Result<ipc::Response> response = client_->call_and_wait(sent);
  if (!response) return fail(response.error());
  Result<api::StreamReply> page = api::decode<api::StreamReply>(response->result(), api::Mode::strict);
  if (page) cursor_ = page->cursor;
  return page;
}

std::vector<std::uint64_t> GatewayTest::numbers(const std::string& topic, std::size_t count) {
  std::vector<std::uint64_t> out;
  while (out.size() < count) {
    const Result<api::StreamReply> page = poll();
    if (!page || page->events.empty()) {
      ADD_FAILURE() << "only " << out.size() << " events: " << (page ? "nothing more came" : page.error().describe());
      break;
    }
    for (const api::StreamEvent& event : page->events) {
      if (event.topic == topic) {
        out.push_back(event.data.uint_or("n", 0));
      } else {
        others_.push_back(event.topic);
      }
    }
  }
  return out;
}

}  // namespace status::gateway
