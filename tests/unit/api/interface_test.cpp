#include "ipc/api/interface.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "tests/unit/api/sample.h"

namespace status::api {
namespace {

template <int N>
struct Named {
  using Request = Empty;
  using Reply = Empty;
  static inline MethodInfo declared;
  static MethodInfo info() { return declared; }
};

Interface blank() { return Interface("m", {1, 0}, "title", {"team", "contact"}); }

std::string problem(MethodInfo info) {
  Named<0>::declared = std::move(info);
  try {
    blank().method<Named<0>>();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(Interface, FindsWhatItDeclares) {
  const Interface& interface = sample::interface();
  ASSERT_NE(interface.find_method("search"), nullptr);
  EXPECT_EQ(interface.find_method("search")->request.table(), &table_of<sample::Search::Request>());
  EXPECT_EQ(interface.find_method("search")->reply.table(), &table_of<sample::Search::Reply>());
  EXPECT_EQ(interface.find_method("sample.search"), nullptr);
  ASSERT_NE(interface.find_event("stored"), nullptr);
  EXPECT_EQ(interface.find_event("stored")->data.table(), &table_of<sample::Stored>());
  EXPECT_EQ(interface.find_event("lost"), nullptr);
  EXPECT_EQ(interface.full_name("search"), "sample.search");
  EXPECT_EQ(interface.version().text(), "1.2");
}

TEST(Interface, StreamsAreMethodsWithTheOneShape) {
  const Method* volatile_stream = sample::interface().find_method("events.next");
  const Method* durable = sample::interface().find_method("results.next");
  ASSERT_NE(volatile_stream, nullptr);
  ASSERT_NE(durable, nullptr);
  EXPECT_EQ(volatile_stream->info.effect, Effect::stream);
  EXPECT_EQ(volatile_stream->request.table(), &table_of<StreamRequest>());
  EXPECT_EQ(volatile_stream->reply.table(), &table_of<StreamReply>());
  EXPECT_FALSE(volatile_stream->stream->durable);
  EXPECT_TRUE(durable->stream->durable);
  EXPECT_EQ(volatile_stream->stream->events, (std::vector<std::string>{"stored", "moved"}));
  EXPECT_EQ(durable->stream->events, std::vector<std::string>{"stored"});
  EXPECT_FALSE(sample::interface().find_method("search")->stream);
}

TEST(Interface, StreamRequestsHaveTheLimitsOfTheWire) {
  const StreamRequest empty = from_value<StreamRequest>(Value(Value::Map{}), Mode::strict).value();
  EXPECT_EQ(empty.cursor, std::nullopt);
  EXPECT_EQ(empty.max, 100u);
  EXPECT_EQ(empty.wait_ms, 0u);
  const auto refuses = [](std::string_view key, Value value) {
    Value request;
    request.set(key, std::move(value));
    return !from_value<StreamRequest>(request, Mode::strict);
  };
  EXPECT_TRUE(refuses("max", 0));
  EXPECT_TRUE(refuses("max", 1001));
  EXPECT_FALSE(refuses("max", 1000));
  EXPECT_TRUE(refuses("wait_ms", 30'001));
  EXPECT_FALSE(refuses("wait_ms", 30'000));
  EXPECT_TRUE(refuses("consumer", ""));
}

TEST(Interface, StreamRepliesUseTheKeysOfTheWire) {
  StreamReply reply{
      .events =
          {{.seq = 7, .time_ms = 8, .topic = "a.b", .generation = 9, .trace = {}, .data = Value::map({{"k", 1}})}},
      .cursor = "7",
      .lagged = 2,
      .reset = true};
  EXPECT_EQ(
      to_value(reply),
      Value::map(
          {{"events",
            Value::array({Value::map(
                {{"seq", 7}, {"time_ms", 8}, {"topic", "a.b"}, {"generation", 9}, {"data", Value::map({{"k", 1}})}})})},
           {"cursor", "7"},
           {"lagged", 2},
           {"reset", true}}));
}

TEST(Interface, WrongDeclarationsAreCaught) {
  EXPECT_EQ(problem({.name = "go", .summary = "s"}), "");
  EXPECT_EQ(problem({.name = "_sys.go", .summary = "s"}), "");
  EXPECT_EQ(problem({.name = "Go", .summary = "s"}), "m: method Go has no proper name");
  EXPECT_EQ(problem({.name = "a..b", .summary = "s"}), "m: method a..b has no proper name");
  EXPECT_EQ(problem({.name = "a.", .summary = "s"}), "m: method a. has no proper name");
  EXPECT_EQ(problem({.name = "go", .summary = ""}), "m: method go has no summary");
  EXPECT_EQ(problem({.name = "go", .summary = "s", .errors = {{Code::aborted, "word", "d"}}}),
            "m: error word of go is not of the form module.word or says nothing");
  EXPECT_THROW(Interface("Upper", {1, 0}, "t", {"team", ""}), std::logic_error);
  EXPECT_THROW(Interface("m", {1, 0}, "t", {"", ""}), std::logic_error);
  EXPECT_THROW(blank().stream("events", "s", {"nothing"}), std::logic_error);
  EXPECT_THROW(blank().stream("events", "s").durable_stream("events", "s"), std::logic_error);
  EXPECT_THROW(blank().event<Empty>("e", "s").event<Empty>("e", "s"), std::logic_error);
}

}  // namespace
}  // namespace status::api
