// What a Logos module calls of others through the runtime delegate: what its manifest requires, and nothing else.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/integration/module_host/library_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;

// `caller` may call `greeter`, which is one of its kind, and `tally`, which is none; but not `odd`.
class LogosCalls : public testing::Test {
 protected:
  void SetUp() override {
    add_library_module(node_->data_dir(), "greeter", "fixture_logos");
    add_library_module(node_->data_dir(), "tally", "tally", "most = 100");
    add_library_module(node_->data_dir(), "caller", "fixture_logos", "", {"greeter", "tally"});
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }
  static Value words(const std::string& target, const std::string& method, const std::string& arguments) {
    return Value::map({{"target", target}, {"method", method}, {"arguments", arguments}});
  }
  // {status, result, error, afterwards: of the same call once the client is destroyed}
  Value call_other(const std::string& target, const std::string& method, const std::string& arguments) {
    const Result<Value> answered = node_.call("caller.call_other", words(target, method, arguments));
    EXPECT_TRUE(answered) << answered.error().describe();
    return answered ? *answered->find("result") : Value();
  }
  std::string result_of(const std::string& target, const std::string& method, const std::string& arguments) {
    const Value answer = call_other(target, method, arguments);
    EXPECT_EQ(answer.int_or("status", 1), 0) << to_json(answer);
    EXPECT_EQ(answer.int_or("afterwards", 1), -1) << "the client is gone";
    return to_json(*answer.find("result"));
  }
  std::string error_of(const std::string& target, const std::string& method, const std::string& arguments) {
    const Value answer = call_other(target, method, arguments);
    return std::to_string(answer.int_or("status", 1)) + " " + answer.find("error")->string_or("code", "") + " " +
           answer.find("error")->string_or("message", "");
  }
  std::optional<EventLog::Event> wait_for(const std::string& topic, std::size_t from = 0) {
    return node_->events().wait_for(EventLog::topic(topic), kPatience, from);
  }

  LibraryNode node_{{{"odd", "odd_module"}}};
};

TEST_F(LogosCalls, AnotherOfItsKindAnswersAsAtHome) {
  EXPECT_EQ(result_of("greeter", "greet", R"(["you"])"), R"("hello you")");
  EXPECT_EQ(result_of("greeter", "addNumbers", "[2,3]"), "5");
  EXPECT_EQ(result_of("greeter", "echoBytes", R"([{"_bytes":"-_8"}])"), R"("+/8=")") << "binary when it is here";
  EXPECT_EQ(result_of("greeter", "emitOdd", "[]"), "null");
  EXPECT_EQ(result_of("greeter", "openConversation", R"(["c"])"),
            R"({"success":true,"value":{"id":"c","key":"+/8="},"error":null})");
  EXPECT_EQ(result_of("greeter", "openConversation", R"(["bad"])"),
            R"({"success":false,"value":null,"error":"there is no such conversation"})");
}

TEST_F(LogosCalls, AModuleOfOursAnswersByPosition) {
  EXPECT_EQ(result_of("tally", "add", "[40]"), R"({"total":40})");
  EXPECT_EQ(result_of("tally", "add", "[2]"), R"({"total":42})");
  EXPECT_THAT(error_of("tally", "add", "[1000]"), HasSubstr("-3 call_failed tally.too_big: the tally would pass"));
  EXPECT_THAT(error_of("tally", "add", "[]"), HasSubstr("-1 invalid_args ipc.invalid_params: `by` is missing"));
  EXPECT_THAT(error_of("tally", "add", "[1,2]"), HasSubstr("takes 1 arguments, got 2"));
  EXPECT_THAT(error_of("tally", "addUp", "[]"), HasSubstr("-3 unknown_method"));
}

TEST_F(LogosCalls, WhatTheManifestDoesNotRequireIsDenied) {
  EXPECT_THAT(error_of("odd", "twice", "[]"), HasSubstr("-4 unauthorized host.not_required: caller may not call odd"));
  EXPECT_THAT(node_.log_with("caller", "\"message\":\"denied\""), HasSubstr("\"target\":\"odd\""));
  EXPECT_THAT(error_of("nobody", "twice", "[]"), HasSubstr("-4 unauthorized"));
  EXPECT_THAT(error_of("caller", "greet", "[]"), HasSubstr("-4 unauthorized")) << "not even itself";
}

TEST_F(LogosCalls, OneThatIsAwayIsUnavailableAtOnceAndBackLater) {
  ASSERT_EQ(result_of("tally", "add", "[1]"), R"({"total":1})");
  ASSERT_EQ(node_.statusctl({"stop", "tally"}).code, 0);
  ASSERT_TRUE(node_->events().wait_for(EventLog::state("tally", "stopped"), kPatience));
  EXPECT_THAT(error_of("tally", "add", "[1]"),
              testing::AnyOf(HasSubstr("-4 object_unavailable"), HasSubstr("-4 transport_error")));
  ASSERT_EQ(node_.statusctl({"start", "tally"}).code, 0);
  ASSERT_TRUE(node_->await_ready("tally", 1)) << node_->report();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (call_other("tally", "add", "[1]").int_or("status", 1) != 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
  }
}

TEST_F(LogosCalls, AnAnswerMayComeLaterOnAThreadOfTheHosts) {
  ASSERT_EQ(node_.call("caller.call_later", words("greeter", "greet", R"(["you"])"))->int_or("result", 1), 0);
  const auto answered = wait_for("caller.answered");
  ASSERT_TRUE(answered);
  EXPECT_EQ(to_json(answered->data), R"({"ok":true,"answer":"hello you"})");
  const std::size_t seen = node_->events().size();
  ASSERT_EQ(node_.call("caller.call_later", words("odd", "twice", "[]"))->int_or("result", 1), 0);
  const auto denied = wait_for("caller.answered", seen);
  ASSERT_TRUE(denied);
  EXPECT_FALSE(denied->data.bool_or("ok", true));
  EXPECT_EQ(denied->data.find("answer")->string_or("code", ""), "unauthorized");
}

// After ten seconds.
TEST_F(LogosCalls, ACallbackThatDoesNotReturnEndsTheProcess) {
  ASSERT_TRUE(node_.call("caller.call_later", words("greeter", "greet", R"(["hang"])")));
  ASSERT_TRUE(node_->await_ready("caller", 1, std::chrono::seconds(30))) << node_->report();
  EXPECT_THAT(node_.log_with("caller", "does not come back"), HasSubstr("from a callback of its own"));
  EXPECT_THAT(node_.statusctl({"why", "caller", "--json"}).output, HasSubstr("greeter_on_answer"));
}

TEST_F(LogosCalls, ItHearsTheEventsOfOthersUntilItDoesNotWantTo) {
  const Value what = Value::map({{"target", "greeter"}, {"event", "somethingHappened"}});
  ASSERT_TRUE(node_.call("caller.follow", what)->bool_or("result", false));
  // The subscription begins when it begins: what happens before is nobody's.
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::optional<EventLog::Event> heard;
  while (!heard && std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(node_.call("greeter.shout", Value::map({{"number", 7}, {"text", "hey"}})));
    heard = node_->events().wait_for(EventLog::topic("caller.heard"), std::chrono::milliseconds(100));
  }
  ASSERT_TRUE(heard);
  EXPECT_EQ(to_json(heard->data), R"({"event":"somethingHappened","data":[7,"hey"]})");
  ASSERT_TRUE(node_.call("caller.unfollow"));
  const std::size_t seen = node_->events().size();
  ASSERT_TRUE(node_.call("greeter.shout", Value::map({{"number", 8}, {"text", "hey"}})));
  ASSERT_TRUE(wait_for("greeter.something_happened", seen));
  for (const auto& event : node_->events().all(EventLog::topic("caller.heard"))) {
    EXPECT_EQ(event.data.find("data")->as_array()->front(), Value(7));
  }
}

TEST_F(LogosCalls, WhatBelongsToTheirRuntimeAloneIsUnsupported) {
  const Result<Value> answered = node_.call("caller.unsupported", Value::map({{"target", "greeter"}}));
  ASSERT_TRUE(answered) << answered.error().describe();
  EXPECT_EQ(to_json(*answered->find("result")), "[-2,-2,-2,-1,[],null]");
}

TEST_F(LogosCalls, TheTimeOfOthersIsNotItsOwn) {
  ASSERT_EQ(result_of("greeter", "greet", R"(["you"])"), R"("hello you")");
  const std::string line =
      "status_rpc_requests_total{caller=\"caller\",code=\"OK\",method=\"greet\",module=\"greeter\"}";
  EXPECT_THAT(node_.page_with("method=\"greet\""), HasSubstr("module=\"greeter\""));
  EXPECT_THAT(node_.page_with("stage=\"other\""), HasSubstr("module=\"caller\""));
}

}  // namespace
}  // namespace status::test
