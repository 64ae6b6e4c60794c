// Modules that wait for modules: who is to blame is the one at the end, and not those that wait.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/integration/blame/blamed.h"
#include "tests/integration/blame/traffic.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

class Chain : public Blamed {
 protected:
  // A front end calls `first`, which calls `second`, which calls `third`.
  void SetUp() override {
    add("first", "second");
    add("second", "third");
    add("third", "");
    ASSERT_EQ(::chmod(node_.data_dir().c_str(), 0700), 0);
    Blamed::SetUp();
    for (const auto& [module, next] : {std::pair("first", "second"), std::pair("second", "third")}) {
      const auto before = node_.row(module);
      ASSERT_TRUE(before);
      const Outcome granted = run({"grant", module, next});
      ASSERT_EQ(granted.code, 0) << granted.errors;
      ASSERT_TRUE(node_.await_ready(module, before->generation)) << "with the edge";
    }
    const Result<Value> passed = node_.front().call("first.pass");
    ASSERT_TRUE(passed) << passed.error().describe();
  }

 private:
  void add(const std::string& name, const std::string& next) {
    std::string manifest =
        "name = \"" + name + "\"\nexecutable = \"" + binary("echo_module") + "\"\ninterface = \"1.0\"\n";
    if (!next.empty()) manifest += "requires = [\"" + next + "\"]\n";
    manifest += "[owner]\nteam = \"" + name + "-team\"\ncontact = \"test\"\n[settings]\nnext = \"" + next + "\"\n";
    write_file(node_.data_dir() + "/modules.d/" + name + "/module.toml", manifest);
  }
};

TEST_F(Chain, TheLastOneIsToBlameTwoCallsDeep) {
  const Traffic traffic(node_, Traffic::each({{"first.pass"}}), 10ms);
  for (const std::string& stage : {std::string("handler"), std::string("queue")}) {
    ASSERT_EQ(run({"fault", "add", "third.pass", "--stage", stage, "--delay", "50ms"}).code, 0);
    Value row;
    EXPECT_GE(seconds_until("third " + stage, row), 0)
        << stage << ": after ten seconds it is " << place_of(row) << ": " << row.string_or("why", "");
    EXPECT_EQ(row.string_or("owner", ""), "third-team");
    ASSERT_EQ(run({"fault", "clear"}).code, 0);
  }
}

TEST_F(Chain, OneInTheMiddleIsToBlameForItsOwnTimeAlone) {
  const Traffic traffic(node_, Traffic::each({{"first.pass"}}), 10ms);
  ASSERT_EQ(run({"fault", "add", "second.pass", "--stage", "handler", "--delay", "50ms"}).code, 0);
  Value row;
  EXPECT_GE(seconds_until("second handler", row), 0) << place_of(row) << ": " << row.string_or("why", "");
  EXPECT_EQ(row.string_or("owner", ""), "second-team");
}

}  // namespace
}  // namespace status::test
