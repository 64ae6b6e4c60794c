// Libraries that cannot be run: `failed`, with a sentence that says what to do.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/integration/module_host/library_node.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using testing::HasSubstr;

class Refusal : public testing::Test {
 protected:
  // What the module's crash record says when it has come to `failed`.
  std::string failing() {
    node_.start();
    EXPECT_THAT(node_.wait_for("m: starting → failed").value_or(""), HasSubstr("exit 78"));
    EXPECT_EQ(node_.stop(), 0);
    return fatal_of(node_.path("crash/m/1.json"));
  }
  std::string add(const std::string& library, const std::string& settings = {}) {
    return add_library_module(node_.data_dir(), "m", library, settings);
  }

  TestNode node_{TestNode::bare()};
};

TEST_F(Refusal, AMissingLibraryIsNamed) {
  const std::string path = add("");
  EXPECT_THAT(failing(), HasSubstr("native.no_library: look for the library " + path + ": No such file or directory"));
}

TEST_F(Refusal, AnotherVersionOfTheInterfaceIsNamedWithOurs) {
  const std::string path = add("odd_abi_module");
  EXPECT_THAT(failing(), HasSubstr("module_host.wrong_abi: " + path +
                                   " was compiled with version 7 of status_module.h, this host has version 1: "
                                   "compile it with the header of this version"));
}

TEST_F(Refusal, ALibraryOfAnotherKindLacksTheFunctions) {
  const std::string path = add("");
  write_file(path, read_file(binary("shifted-clock.so")));
  EXPECT_THAT(failing(), HasSubstr("native.no_symbol: " + path + " does not export status_module_abi"));
}

TEST_F(Refusal, OneThatOthersCanChangeIsNotLoaded) {
  const std::string path = add("tally");
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  EXPECT_THAT(failing(), HasSubstr("native.unsafe_library: others can write to " + path));
}

TEST_F(Refusal, AManifestWithoutALibrarySaysWhatIsMissing) {
  add("");
  write_file(node_.path("modules.d/m/module.toml"),
             "name = \"m\"\nexecutable = \"" + binary("status-module-host") +
                 "\"\ninterface = \"1.0\"\n[owner]\nteam = \"test\"\ncontact = \"test\"\n");
  EXPECT_THAT(failing(), HasSubstr("module_host.no_setting: `library` is missing in [settings] of the manifest of m"));
}

TEST_F(Refusal, ALibraryMayRefuseItsSettings) {
  add("tally", "most = -1");
  EXPECT_THAT(failing(), HasSubstr("m.bad_setting: `most` must not be negative"));
}

TEST_F(Refusal, OneThatDoesNotStopInTimeIsLeftBehind) {
  add("odd_module", "hang_at_stop = true\nstop_ms = 100");
  node_.start();
  ASSERT_TRUE(node_.wait_for("m: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_THAT(read_file(node_.path("logs/m.log")), HasSubstr("the library has not stopped in time"));
}

}  // namespace
}  // namespace status::test
