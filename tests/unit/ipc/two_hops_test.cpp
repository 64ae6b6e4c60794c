// A forwarder between a client and a module: what a hop changes, and what it leaves alone.
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

const Credential kFrontEnd{1, 1, 1};
const Credential kEdge{2, 2, 2};

class TwoHops : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions module = server_options(dir_);
    module.url = dir_.url("module");
    module.generation = 42;
    module_ = std::make_unique<Server>(module, access("gateway", kEdge));
    module_->handle("echo.say", Run::worker, [this](Call call) {
      seen_ = call.header();
      seen_deadline_ms_ = call.header().deadline_ms;
      seen_trace_ = call.header().trace;
      seen_key_ = call.header().idempotency_key;
      caller_ = call.caller().name;
      call.reply(call.params(), {.cursor = "c-9"});
    });
    module_->handle("echo.fail", Run::worker,
                    [](Call call) { call.fail(make_error(Code::not_found, "echo.nothing_here", "nothing")); });
    module_->handle("echo.wait", Run::worker, [this](Call call) {
      ++waiting_;
      latch_.wait();
      call.reply(call.params());
    });
    ASSERT_TRUE(module_->listen());
    ClientOptions edge = client_options(dir_.url("module"));
    edge.credential = kEdge;
    edge_ = open_client(edge);

    ServerOptions gateway = server_options(dir_);
    gateway.module = "gateway";
    gateway.workers = 0;
    gateway.queue = 0;
    gateway.in_flight_contexts = 64;
    gateway_ = std::make_unique<Server>(gateway, access("local", kFrontEnd));
    gateway_->handle_others([this](Call call) { forward(std::move(call)); });
    ASSERT_TRUE(gateway_->listen());
    ClientOptions front = client_options(dir_.url());
    front.credential = kFrontEnd;
    client_ = open_client(front);
  }
  void TearDown() override {
    client_.reset();
    edge_.reset();
    gateway_.reset();
    module_.reset();
  }

  static std::shared_ptr<const AccessPolicy> access(const std::string& name, const Credential& credential) {
    const CredentialAccess::Entry entry{credential_digest(credential),
                                        std::make_shared<Caller>(Caller{name, MethodSet::all()})};
    return std::make_shared<CredentialAccess>(std::vector{entry});
  }
  void forward(Call call) {
    const RequestView view = call.view();
    const std::uint32_t left = call.remaining_ms();
    const std::string method(call.method());
    Message message = call.take_message();
    const std::size_t size = message.bytes().size();
    patch_request(message.mutable_bytes(), view, left, monotonic_ns(), kEdge);
    EXPECT_EQ(message.bytes().size(), size);
    auto shared = std::make_shared<Call>(std::move(call));
    edge_->forward(std::move(message), left, method, {}, [shared](Result<Response> response) {
      if (!response) return shared->fail(response.error());
      const auto code = response->error() ? std::optional(response->error()->code) : std::nullopt;
      shared->reply_message(response->take_message(), code);
    });
  }

  SocketDir dir_;
  Latch latch_;
  std::atomic<int> waiting_{0};
  RequestHeader seen_;
  std::uint32_t seen_deadline_ms_ = 0;
  std::optional<Trace> seen_trace_;
  std::string seen_key_;
  std::string caller_;
  std::unique_ptr<Server> module_;
  std::unique_ptr<Client> edge_;
  std::unique_ptr<Server> gateway_;
  std::unique_ptr<Client> client_;
};

TEST_F(TwoHops, TheSameMessageMovesOnAndTheModulesAnswerComesBack) {
  SystemRandom random;
  Request say = request("echo.say", 30'000);
  say.params = encode_msgpack(Value::map({{"text", std::string(100'000, 'x')}}));
  say.trace = Trace::start(random);
  say.idempotency_key = "once";
  say.echo = "mine";
  const std::uint64_t sent_ns = monotonic_ns();
  const Result<Response> response = client_->call_and_wait(say);
  ASSERT_TRUE(response) << response.error().describe();
  EXPECT_EQ(to_bytes(response->result()), say.params);
  EXPECT_EQ(response->header().generation, 42U);
  EXPECT_EQ(response->header().cursor, "c-9");
  EXPECT_EQ(response->header().echo, "mine");
  EXPECT_GE(response->header().received_ns, sent_ns);
  EXPECT_EQ(seen_trace_, say.trace);
  EXPECT_EQ(seen_key_, "once");
  EXPECT_LE(seen_deadline_ms_, 30'000U);
  EXPECT_GT(seen_deadline_ms_, 20'000U);
  EXPECT_GE(seen_.sent_ns, sent_ns) << "stamped anew by the hop";
  EXPECT_EQ(caller_, "gateway") << "the edge's credential, not the front end's";
}

TEST_F(TwoHops, TheModulesErrorArrivesAsItIs) {
  const Result<Response> response = client_->call_and_wait(request("echo.fail"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().reason, "echo.nothing_here");
  EXPECT_EQ(response.error().module, "echo");
}

TEST_F(TwoHops, ADeadModuleIsUnavailableAtOnce) {
  auto running = begin_call(*client_, request("echo.wait", 60'000));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  std::thread killer([this] { module_->shutdown(); });
  const Result<Response> response = running.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  latch_.open();
  killer.join();
}

TEST_F(TwoHops, TheForwarderWaitsForWhatIsUnderWayWhenItDrains) {
  auto running = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  EXPECT_FALSE(gateway_->drain(std::chrono::steady_clock::now() + 5ms));
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "ipc.draining");
  std::thread opener([this] { latch_.open(); });
  EXPECT_TRUE(gateway_->drain(std::chrono::steady_clock::now() + 10s));
  EXPECT_TRUE(running.get());
  opener.join();
}

TEST_F(TwoHops, SixtyFourAtOnce) {
  std::vector<std::future<Result<Response>>> calls;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 64; ++i) calls.push_back(begin_call(*client_, request("echo.say")));
    for (auto& call : calls) {
      const Result<Response> response = call.get();
      EXPECT_TRUE(response) << response.error().describe();
    }
    calls.clear();
  }
}

}  // namespace
}  // namespace status::ipc
