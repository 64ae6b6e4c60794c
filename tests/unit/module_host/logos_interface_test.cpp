#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "services/module_host/logos/interface.h"

namespace status::module_host::logos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string why_refused(const std::string& json) {
  const auto read = read_methods(json, "m", "");
  return read ? "it is taken" : read.error().reason + " " + read.error().message;
}

TEST(LogosInterface, MethodsAndEventsAreOfOurNamesAndSchemas) {
  const auto read = read_methods(
      R"([{"isInvokable":true,"name":"sendMessage","description":"Sends it.","returnType":"LogosResult","signature":"…",
           "parameters":[{"name":"convoId","type":"QString"},{"name":"data","type":"bstr"},{"name":"any","type":"Thing"}]},
          {"name":"health","returnType":"bool"}, {"name":"start","returnType":"void","parameters":[]},
          {"name":"hidden","isInvokable":false}, {"name":"newer","type":"property"},
          {"type":"event","name":"messageSent","parameters":[{"name":"","type":"int"},{"name":"at","type":"uint"}]}])",
      "m", "0.2.2");
  ASSERT_TRUE(read) << read.error().message;
  const api::Interface& declared = *read->declared;
  EXPECT_EQ(declared.version().text(), "1.0");
  EXPECT_THAT(declared.title(), HasSubstr("0.2.2"));
  ASSERT_EQ(read->methods.size(), 3U);
  const LogosMethod& send = read->methods[0];
  EXPECT_EQ(send.name, "send_message");
  EXPECT_EQ(send.foreign, "sendMessage");
  EXPECT_TRUE(send.outcome);
  EXPECT_THAT(send.parameters, ElementsAre("convo_id", "data", "any"));
  EXPECT_EQ(to_json(send.params),
            R"({"type":"object","properties":{"convo_id":{"type":"string"},)"
            R"("data":{"type":"string","contentEncoding":"base64"},"any":{}},"required":["convo_id","data"]})");
  EXPECT_EQ(to_json(send.result), R"({"type":"object","properties":{"result":{"x-logos-result":true}}})");
  EXPECT_EQ(declared.find_method("send_message")->info.summary, "Sends it.");
  EXPECT_EQ(declared.find_method("send_message")->info.errors.back().reason, "m.refused");
  EXPECT_THAT(declared.find_method("health")->info.summary, HasSubstr("`health`"));
  EXPECT_EQ(to_json(read->methods[2].result), R"({"type":"object","properties":{}})");
  EXPECT_EQ(declared.find_method("hidden"), nullptr);
  ASSERT_EQ(read->events.size(), 1U);
  EXPECT_EQ(read->events[0].name, "message_sent");
  EXPECT_THAT(read->events[0].parameters, ElementsAre("arg0", "at"));
  EXPECT_EQ(declared.find_method("events.next")->stream->events, std::vector<std::string>{"message_sent"});
}

TEST(LogosInterface, ItsVersionIsItsOwnFromOneOn) {
  const auto version = [](const char* said) { return read_methods("[]", "m", said)->declared->version().text(); };
  EXPECT_EQ(version("2.7.1"), "2.7");
  EXPECT_EQ(version("0.9.0"), "1.0");
  EXPECT_EQ(version(""), "1.0");
  EXPECT_EQ(version("new"), "1.0");
}

TEST(LogosInterface, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(why_refused("["), HasSubstr("module_host.bad_description what the library says of its methods is wrong"));
  EXPECT_THAT(why_refused("{}"), HasSubstr("it must be a JSON array of at most 256 entries"));
  std::string many = "0";
  for (int i = 0; i < 256; ++i) many += ",0";
  EXPECT_THAT(why_refused("[" + many + "]"), HasSubstr("at most 256 entries"));
  EXPECT_THAT(why_refused(R"([{"name":"sendIt"},{"name":"send_it"}])"), HasSubstr("method send_it is declared twice"));
  EXPECT_THAT(why_refused(R"([{"name":"no name"}])"), HasSubstr("has no proper name"));
  EXPECT_THAT(why_refused(R"([1])"), HasSubstr("has no proper name"));
  EXPECT_THAT(why_refused(R"([{"name":"a","parameters":1}])"), HasSubstr("method `a`: `parameters` must be an array"));
  EXPECT_THAT(why_refused(R"([{"name":"a","parameters":[{"name":"xY"},{"name":"x_y"}]}])"),
              HasSubstr("the parameter `x_y` is there twice"));
}

}  // namespace
}  // namespace status::module_host::logos
