// Typed methods and calls, blocking, with callbacks and as coroutines.
#include "ipc/server/typed.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "ipc/api/interface.h"
#include "ipc/client/async_call.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

struct Join {
  struct Request {
    std::vector<std::string> words;
    std::string separator = " ";
    static void describe(api::Fields<Request>& f) {
      f.add("words", &Request::words, "What to join.").length(1, 16).max_items(4);
      f.add("separator", &Request::separator, "What comes between.").optional();
    }
  };
  struct Reply {
    std::string text;
    std::uint64_t count = 0;
    static void describe(api::Fields<Reply>& f) {
      f.add("text", &Reply::text, "The words.");
      f.add("count", &Reply::count, "How many.");
    }
  };
  static api::MethodInfo info() { return {.name = "join", .summary = "Joins words."}; }
};

constexpr api::Version api_version(const void*) { return {2, 7}; }

// The same method, as a caller sees it that was built with another declaration.
struct JoinOfTomorrow {
  struct Request {
    std::vector<std::string> words;
    std::string seperator;
    static void describe(api::Fields<Request>& f) {
      f.add("words", &Request::words, "What to join.");
      f.add("seperator", &Request::seperator, "Misspelt.");
    }
  };
  using Reply = Join::Reply;
  static api::MethodInfo info() { return Join::info(); }
};

// A variable of its own: see async_call.h.
Join::Request words(std::vector<std::string> list, std::string separator = " ") {
  return {.words = std::move(list), .separator = std::move(separator)};
}

class TypedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options = server_options(dir_);
    options.interface_major = 2;
    server_ = std::make_unique<Server>(options, std::make_shared<OpenAccess>("tester"));
    server_->handle("echo._sys.health", Run::inline_thread, [](Call call) { call.reply(call.params()); });
    serve<Join>(*server_, Run::worker,
                [this](const Join::Request& request, CallContext& context) -> Result<Join::Reply> {
                  if (request.words.empty()) return fail(Code::failed_precondition, "echo.nothing_to_join", "no words");
                  Join::Reply reply;
                  for (const std::string& word : request.words) {
                    if (reply.count++ != 0) reply.text += request.separator;
                    reply.text += word;
                  }
                  seen_key_ = context.header.idempotency_key;
                  seen_caller_ = context.caller.name;
                  seen_major_ = context.header.interface_major;
                  context.cursor = "after-this";
                  return reply;
                });
    ASSERT_TRUE(server_->listen());
    client_ = open_client(dir_.url());
  }
  void TearDown() override {
    client_.reset();
    server_.reset();
  }

  SocketDir dir_;
  std::string seen_key_;
  std::string seen_caller_;
  std::uint32_t seen_major_ = 0;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(TypedTest, ACallIsAFunction) {
  const Result<Join::Reply> reply = call<Join>(*client_, {.words = {"a", "b"}}, {.idempotency_key = "once"});
  ASSERT_TRUE(reply) << reply.error().describe();
  EXPECT_EQ(reply->text, "a b");
  EXPECT_EQ(reply->count, 2U);
  EXPECT_EQ(seen_key_, "once");
  EXPECT_EQ(seen_caller_, "tester");
  EXPECT_EQ(seen_major_, 2U) << "of the interface that the struct belongs to";
}

TEST_F(TypedTest, AnotherMajorVersionIsRefusedAndBothAreNamed) {
  Request request = *make_request<Join>(*client_, {.words = {"a"}}, {});
  request.interface_major = 3;
  const Result<Response> refused = client_->call_and_wait(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::failed_precondition);
  EXPECT_EQ(refused.error().reason, "ipc.interface_version");
  EXPECT_NE(refused.error().message.find("wants interface 3 of echo"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("interface 2"), std::string::npos) << refused.error().message;
}

TEST_F(TypedTest, WithoutAVersionAndForSystemMethodsAnyIsFine) {
  Request request = *make_request<Join>(*client_, {.words = {"a"}}, {});
  request.interface_major = 0;
  EXPECT_TRUE(client_->call_and_wait(request));
  Request health = testing::request("echo._sys.health");
  health.interface_major = 3;
  EXPECT_TRUE(client_->call_and_wait(health));
}

TEST_F(TypedTest, TheCursorOfAWriteTravelsInTheMeta) {
  const Result<Request> request = make_request<Join>(*client_, {.words = {"a"}}, {});
  const Result<Response> response = client_->call_and_wait(*request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->header().cursor, "after-this");
}

TEST_F(TypedTest, TheHandlersErrorArrives) {
  const Result<Join::Reply> reply = call<Join>(*client_, {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::failed_precondition);
  EXPECT_EQ(reply.error().reason, "echo.nothing_to_join");
  EXPECT_EQ(reply.error().module, "echo");
}

TEST_F(TypedTest, AnUnknownKeyIsRefusedAndTheNearestNamed) {
  const auto reply = call<JoinOfTomorrow>(*client_, {.words = {"a"}, .seperator = ","});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::invalid_argument);
  EXPECT_EQ(reply.error().reason, "ipc.invalid_params");
  EXPECT_NE(reply.error().message.find("seperator"), std::string::npos);
  EXPECT_NE(reply.error().message.find("`separator`"), std::string::npos) << reply.error().message;
}

TEST_F(TypedTest, LimitsOfTheDeclarationHoldAtTheCallee) {
  const auto reply = call<Join>(*client_, {.words = {"a", "b", "c", "d", "e"}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "ipc.invalid_params");
  EXPECT_NE(reply.error().message.find("`words`"), std::string::npos);
}

TEST_F(TypedTest, ACallbackGetsTheReply) {
  std::promise<Result<Join::Reply>> answer;
  call_async<Join>(*client_, {.words = {"x"}}, {},
                   [&](Result<Join::Reply> reply) { answer.set_value(std::move(reply)); });
  EXPECT_EQ(answer.get_future().get()->text, "x");
}

TEST_F(TypedTest, ACoroutineGetsTheReplyOnItsOwnThread) {
  boost::asio::io_context context;
  std::string text;
  std::thread::id resumed_on;
  const auto join_twice = [&]() -> boost::asio::awaitable<void> {
    Join::Request request = words({"a", "b"});
    auto first = co_await async_call<Join>(*client_, request, boost::asio::use_awaitable);
    resumed_on = std::this_thread::get_id();
    if (!first) co_return;
    request = words({first->text, "c"}, "-");
    auto second = co_await async_call<Join>(*client_, request, boost::asio::use_awaitable);
    if (second) text = second->text;
  };
  boost::asio::co_spawn(context, join_twice(), boost::asio::detached);
  const auto work = boost::asio::make_work_guard(context);
  while (text.empty()) ASSERT_EQ(context.run_one_for(10s), 1U);
  EXPECT_EQ(text, "a b-c");
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST_F(TypedTest, ACoroutineGetsErrorsAsValues) {
  boost::asio::io_context context;
  std::optional<Error> error;
  const auto fails = [&]() -> boost::asio::awaitable<void> {
    const Join::Request nothing;
    auto reply = co_await async_call<Join>(*client_, nothing, boost::asio::use_awaitable);
    if (!reply) error = reply.error();
  };
  boost::asio::co_spawn(context, fails(), boost::asio::detached);
  const auto work = boost::asio::make_work_guard(context);
  while (!error) ASSERT_EQ(context.run_one_for(10s), 1U);
  EXPECT_EQ(error->reason, "echo.nothing_to_join");
}

TEST_F(TypedTest, ABoundFunctionGetsTheReplyAndOptionsTravel) {
  boost::asio::io_context context;
  const auto work = boost::asio::make_work_guard(context);
  const Join::Request request = words({"a"});
  const CallOptions options{.idempotency_key = "k-1"};
  std::string text;
  async_call<Join>(
      *client_, request, options,
      boost::asio::bind_executor(context.get_executor(), [&](Result<Join::Reply> reply) { text = reply->text; }));
  while (text.empty()) ASSERT_EQ(context.run_one_for(10s), 1U);
  EXPECT_EQ(text, "a");
  EXPECT_EQ(seen_key_, "k-1");
}

TEST_F(TypedTest, ManyCoroutinesWaitOnOneThread) {
  boost::asio::io_context context;
  int done = 0;
  const auto one = [&](int i) -> boost::asio::awaitable<void> {
    const Join::Request request = words({std::to_string(i)});
    const auto reply = co_await async_call<Join>(*client_, request, boost::asio::use_awaitable);
    EXPECT_TRUE(reply) << reply.error().describe();
    ++done;
  };
  for (int i = 0; i < 50; ++i) boost::asio::co_spawn(context, one(i), boost::asio::detached);
  const auto work = boost::asio::make_work_guard(context);
  while (done < 50) ASSERT_EQ(context.run_one_for(10s), 1U);
}

}  // namespace
}  // namespace status::ipc
