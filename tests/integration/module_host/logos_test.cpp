// A native Logos module (tests/fixtures/logos) at a real node: an ordinary module, whatever it does.
#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include "ipc/base/codec.h"
#include "tests/integration/module_host/library_node.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Logos : public testing::Test {
 protected:
  void SetUp() override {
    path_ = add_library_module(node_->data_dir(), "greeter", "fixture_logos", "configuration = {unload = \"later\"}");
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
  }
  Result<Value> call(const std::string& method, const Value& params = Value::Map{}) {
    return node_.call("greeter." + method, params);
  }
  Error refused(const std::string& kind) {
    const Result<Value> answered = call("refuse", Value::map({{"kind", kind}}));
    return answered ? make_error(Code::internal, "", to_json(*answered)) : answered.error();
  }
  // What `why` says of the death of that generation.
  std::string explain_death(const std::string& how, std::uint64_t generation) {
    misbehave(how);
    EXPECT_TRUE(node_->await_ready("greeter", generation)) << node_->report();
    const std::string record = node_->data_dir() + "/crash/greeter/" + std::to_string(generation) + ".json";
    EXPECT_TRUE(wait_for_file(record, kPatience));
    return node_.statusctl({"why", "greeter", "--json"}).output;
  }
  void misbehave(const std::string& how) { (void)call("misbehave", Value::map({{"how", how}})); }
  Value self() {
    const Result<Value> answered = call("self");
    EXPECT_TRUE(answered) << answered.error().describe();
    return answered ? *answered->find("result") : Value();
  }

  LibraryNode node_{{}, {"hang.ping_ms=50", "hang.limit_ms=1000"}};
  std::string path_;
};

TEST_F(Logos, ItsMethodsAnswerByNameWithArgumentsThatConvert) {
  const Result<Value> greeted = call("greet", Value::map({{"name", "wörld"}}));
  ASSERT_TRUE(greeted) << greeted.error().describe();
  EXPECT_EQ(greeted->string_or("result", ""), "hello wörld");
  const Value sum = Value::map({{"b", 2}, {"a", std::int64_t{9'007'199'254'740'993}}});
  EXPECT_EQ(call("add_numbers", sum)->int_or("result", 0), 9'007'199'254'740'995) << "all of 64 bits";
  const Bytes data = {0, 1, 0xFB, 0xFF};
  EXPECT_EQ(*call("echo_bytes", Value::map({{"some_data", data}}))->find("result")->as_bytes(), data);
  const Value nested = Value::map({{"list", Value::array({1, "two", data, nullptr})}});
  EXPECT_EQ(*call("anything", Value::map({{"value", nested}}))->find("result"), nested);
  EXPECT_EQ(call("add_numbers", Value::map({{"a", 1}, {"b", "2"}})).error().message,
            "`b` must be an integer, not string");
}

TEST_F(Logos, DescribesItsMethodsAndEventsAsItsOwn) {
  const Value document = node_.statusctl({"describe", "greeter", "--json"}).json();
  const Value& greet = document.find("methods")->as_array()->front();
  EXPECT_EQ(greet.string_or("name", ""), "greeter.greet");
  EXPECT_EQ(greet.string_or("summary", ""), "Says hello.");
  EXPECT_EQ(to_json(*greet.find("params")), R"([{"name":"name","required":true,"schema":{"type":"string"}}])");
  EXPECT_EQ(document.find("x-events")->as_array()->front().string_or("topic", ""), "greeter.something_happened");
  EXPECT_THAT(document.find("info")->string_or("title", ""), HasSubstr("0.2.2"));
}

TEST_F(Logos, HasItsContextItsConfigurationAndItsCallerAndOneThread) {
  const Value first = self();
  const std::string folder = std::filesystem::path(path_).parent_path();
  EXPECT_EQ(*first.find("context"), Value::array({folder, "greeter", node_->data_dir() + "/profiles/default/greeter"}));
  EXPECT_EQ(to_json(*first.find("configuration")), R"({"unload":"later"})");
  EXPECT_EQ(to_json(*first.find("caller")), R"({"kind":"operator","name":"local"})");
  EXPECT_TRUE(first.bool_or("same_thread", false));
  EXPECT_TRUE(self().bool_or("same_thread", false));
}

// A text lies in pages of its own: freed twice or by another allocator it ends the process.
TEST_F(Logos, ATextThatItGivesGoesBackToItOnce) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(call("greet", Value::map({{"name", "x"}})));
  EXPECT_EQ(self().int_or("outstanding", -1), 0);
  const Result<Value> huge = call("huge");
  EXPECT_EQ(huge.error().reason, "module_host.too_large");
  EXPECT_EQ(self().int_or("outstanding", -1), 0);
  EXPECT_EQ(node_->row("greeter")->generation, 1U);
}

TEST_F(Logos, WhatItRefusesIsATypedError) {
  const Value bad = Value::map({{"id", "bad"}});
  EXPECT_EQ(call("open_conversation", bad).error().describe(),
            "FAILED_PRECONDITION greeter.refused: there is no such conversation");
  const Result<Value> opened = call("open_conversation", Value::map({{"id", "c1"}}));
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(*opened->find("result"), Value::map({{"id", "c1"}, {"key", Bytes{0xFB, 0xFF}}}));
  EXPECT_EQ(call("open_conversation", Value::map({{"id", "odd"}})).error().reason, "ipc.invalid_result");
  EXPECT_EQ(refused("invalid_args").describe(), "INVALID_ARGUMENT greeter.invalid_args: expected 2 arguments, got 1");
  EXPECT_EQ(refused("unknown_method").code, Code::unimplemented);
  EXPECT_EQ(refused("null").reason, "module_host.no_result");
  EXPECT_EQ(refused("broken").reason, "module_host.bad_json");
  EXPECT_EQ(refused("type").reason, "ipc.invalid_result");
  EXPECT_EQ(refused("map").message, R"({"result":{"code":"a","message":"b","origin":"c"}})") << "a map like others";
}

TEST_F(Logos, RemembersNoIdempotencyKeysAndSaysSo) {
  const Result<Value> keyed = node_->front().call("greeter.greet", Value::map({{"name", "x"}}),
                                                  {.deadline_ms = 10'000, .idempotency_key = "once"});
  EXPECT_EQ(keyed.error().reason, "module_host.no_idempotency");
}

TEST_F(Logos, ItsEventsAreAStreamAndOddOnesAreCounted) {
  ASSERT_TRUE(call("shout", Value::map({{"number", 7}, {"text", "hey"}})));
  const auto event = node_->events().wait_for(EventLog::topic("greeter.something_happened"), kPatience);
  ASSERT_TRUE(event);
  EXPECT_EQ(to_json(event->data), R"({"how_often":7,"text":"hey"})");
  ASSERT_TRUE(call("emit_odd"));
  const std::string line = "status_library_events_dropped_total{module=\"greeter\"} 7\n";
  EXPECT_THAT(node_.page_with(line), HasSubstr(line));
}

TEST_F(Logos, IsMeasuredByMethod) {
  ASSERT_TRUE(call("greet", Value::map({{"name", "x"}})));
  (void)refused("null");
  const std::string ok = "status_backend_calls_total{function=\"greet\",module=\"greeter\",outcome=\"ok\"} 1\n";
  EXPECT_THAT(node_.page_with(ok), HasSubstr(ok));
  const std::string error = "status_library_answers_total{module=\"greeter\",outcome=\"error\"} 1\n";
  EXPECT_THAT(node_.page_with(error), HasSubstr(error));
}

// With something that waits behind it, as with any module.
TEST_F(Logos, OneThatHangsIsEndedAndExplained) {
  const auto hanging = std::async(std::launch::async, [&] {
    return node_.call("greeter.misbehave", Value::map({{"how", "hang"}}), 200);
  });
  ASSERT_TRUE(node_->events().wait_for(EventLog::state("greeter", "degraded"), kPatience)) << "past its deadline";
  const auto behind = std::async(std::launch::async, [&] { return call("greet", Value::map({{"name", "x"}})); });
  ASSERT_TRUE(node_->await_ready("greeter", 1)) << node_->report();
  ASSERT_TRUE(wait_for_file(node_->data_dir() + "/crash/greeter/1.json", kPatience));
  EXPECT_THAT(node_.statusctl({"why", "greeter", "--json"}).output,
              AllOf(HasSubstr("greeter.misbehave"), HasSubstr("logos_module_dispatch")));
  EXPECT_TRUE(call("greet", Value::map({{"name", "x"}}))) << "the next one answers";
}

TEST_F(Logos, OneThatCrashesOrQuitsCostsItsProcessAlone) {
  const std::string crashed = explain_death("crash", 1);
  const std::string quit = explain_death("quit", 2);
  EXPECT_THAT(crashed, HasSubstr("greeter.misbehave"));
  if (kSanitized) return;  // the signals are the sanitizer's
  EXPECT_THAT(crashed, AllOf(HasSubstr("SIGSEGV"), HasSubstr("logos_module_dispatch")));
  EXPECT_THAT(quit, AllOf(HasSubstr("SIGABRT"), HasSubstr("logos_module_dispatch")));
}

TEST_F(Logos, ItsSignalsAreTheHostsAgainAndWhatItPrintsIsItsLog) {
  misbehave("signals");
  misbehave("print");
  EXPECT_THAT(node_.log_with("greeter", "took signals"), HasSubstr("\"signals\":[\"SIGSEGV\"]"));
  EXPECT_THAT(node_.log_with("greeter", "the greeter prints"), HasSubstr("the greeter prints"));
}

TEST_F(Logos, OneThatUnloadsLaterIsWaitedFor) {
  ASSERT_TRUE(node_->stop()) << node_->report();
  const std::string log = read_file(node_->data_dir() + "/logs/greeter.log");
  EXPECT_THAT(log, AllOf(HasSubstr("the greeter has unloaded"), HasSubstr("\"message\":\"stopped\""),
                         Not(HasSubstr("not said in time"))));
}

}  // namespace
}  // namespace status::test
