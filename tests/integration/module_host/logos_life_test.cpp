// What is refused of a Logos module before it runs, what an older one has, and how one ends that does not want to.
#include <gmock/gmock.h>

#include "tests/integration/module_host/library_node.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LogosLife : public testing::Test {
 protected:
  std::string add(const std::string& library, const std::string& settings = {}) {
    return add_library_module(node_.data_dir(), "m", library, settings);
  }
  // What the module's crash record says when it has come to `failed`.
  std::string failing() {
    node_.start();
    EXPECT_THAT(node_.wait_for("m: starting → failed").value_or(""), HasSubstr("exit 78"));
    EXPECT_EQ(node_.stop(), 0);
    return fatal_of(node_.path("crash/m/1.json"));
  }
  // The log of one that has been stopped.
  std::string stopping() {
    node_.start();
    EXPECT_TRUE(node_.wait_for("m: starting → ready")) << node_.statusd().output();
    EXPECT_EQ(node_.stop(), 0);
    return read_file(node_.path("logs/m.log"));
  }

  TestNode node_{TestNode::bare()};
};

TEST_F(LogosLife, AnotherMajorVersionOfTheProtocolIsRefused) {
  const std::string path = add("fixture_logos_next");
  EXPECT_THAT(failing(), HasSubstr("module_host.wrong_protocol: " + path +
                                   " was built with version `1.0.0` of logos-protocol, this host knows version 0"));
}

TEST_F(LogosLife, OneThatLeavesItsCallsToTheHostsRuntimeIsToldHowToBeBuilt) {
  add("fixture_logos_bare");
  EXPECT_THAT(failing(), AllOf(HasSubstr("native.not_loaded"), HasSubstr("undefined symbol: lp_string_free"),
                               HasSubstr("build it with its runtime inside")));
}

TEST_F(LogosLife, ASettingThatIsNoneIsNamed) {
  add("fixture_logos", "stop_after = 1");
  EXPECT_THAT(failing(), AllOf(HasSubstr("module_host.unknown_setting"), HasSubstr("`stop_after`")));
}

TEST_F(LogosLife, AConfigurationThatItDoesNotTakeIsAnError) {
  add("fixture_logos", "configuration = {refuse = true}");
  EXPECT_THAT(failing(), HasSubstr("does not take its [settings.configuration]"));
}

TEST_F(LogosLife, AnOlderOneTakesNoConfiguration) {
  add("fixture_logos_old", "configuration = {}");
  EXPECT_THAT(failing(), HasSubstr("takes no configuration"));
}

TEST_F(LogosLife, AnOlderOneRunsWithoutWhatCameLater) {
  add("fixture_logos_old");
  EXPECT_THAT(stopping(), AllOf(HasSubstr("\"message\":\"stopped\""), Not(HasSubstr("in time"))));
}

TEST_F(LogosLife, OneThatNeverSaysThatItIsDoneIsNotWaitedForAnyLonger) {
  add("fixture_logos", "stop_ms = 200\nconfiguration = {unload = \"never\"}");
  EXPECT_THAT(stopping(),
              AllOf(HasSubstr("has not said in time that it is done"), HasSubstr("\"message\":\"stopped\"")));
}

TEST_F(LogosLife, OneThatDoesNotReturnIsLeftBehind) {
  add("fixture_logos", "stop_ms = 100\nconfiguration = {unload = \"hang\"}");
  EXPECT_THAT(stopping(), HasSubstr("the library has not stopped in time"));
}

}  // namespace
}  // namespace status::test
