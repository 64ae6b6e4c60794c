// A file that went bad on the disk: the module goes on with what can be read, and says so where people look.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>

#include "ipc/base/unique_fd.h"
#include "services/features/keys/key_ring.h"
#include "services/features/keys/node_key.h"
#include "services/host/store/database.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

class Damage : public testing::TestWithParam<std::string> {
 protected:
  std::string module() const { return GetParam(); }
  std::string file() const { return node_.data_dir() + "/profiles/default/" + module() + "/" + module() + ".db"; }

  // Appends pages that the module never reads, spoils the last of them, and lets the machine have been started anew
  // since the last look at the file.
  void spoil() {
    SystemRandom random;
    auto secret = keys::load_or_create_node_key(node_.data_dir() + "/node.key", random);
    ASSERT_OK(secret);
    const keys::KeyRing ring(std::move(*secret), "default");
    {
      const auto database = store::Database::open(ring.database_key(module()), {.path = file()});
      ASSERT_OK(database);
      auto tx = (*database)->write();
      ASSERT_OK(tx);
      ASSERT_OK(tx->run("CREATE TABLE ballast (data BLOB)"));
      for (int i = 0; i < 20; ++i) ASSERT_OK(tx->run("INSERT INTO ballast VALUES (?1)", {Bytes(3'000, 1)}));
      const auto forgotten = tx->run("DELETE FROM store_meta WHERE name = 'checked_boot_id'");
      ASSERT_OK(forgotten);
      EXPECT_LE(*forgotten, 1) << "none where the module was stopped before its look was over";
      ASSERT_OK(tx->commit());
      ASSERT_OK((*database)->checkpoint());
    }
    const UniqueFd fd(::open(file().c_str(), O_WRONLY | O_CLOEXEC));
    const auto last_page = static_cast<off_t>(std::filesystem::file_size(file())) - 4096;
    const std::array<char, 64> noise{};
    ASSERT_EQ(::pwrite(fd.get(), noise.data(), noise.size(), last_page + 100), 64);
  }

  ProcessNode node_;
};

TEST_P(Damage, IsFoundInTheBackgroundAndNamesTheFile) {
  ASSERT_OK(node_.start());
  const auto before = node_.row(module());
  ASSERT_OK(before);
  ASSERT_OK(node_.front().call("supervisor.stop", Value::map({{"module", module()}})));
  ASSERT_TRUE(node_.events().wait_for(EventLog::state(module(), "stopped"), kPatience));
  ASSERT_NO_FATAL_FAILURE(spoil());
  ChildProcess log({binary("statusctl"), "--data-dir", node_.data_dir(), "logs", "-f", module()});
  ASSERT_OK(node_.front().call("supervisor.start", Value::map({{"module", module()}})));
  ASSERT_TRUE(node_.events().wait_for(EventLog::state(module(), "degraded", before->generation), kPatience))
      << node_.report();
  const auto row = node_.row(module());
  ASSERT_OK(row);
  EXPECT_EQ(row->state, "degraded");
  EXPECT_THAT(row->why, testing::HasSubstr(file()));
  const std::string line = log.wait_for_line("database check", kPatience).value_or("");
  EXPECT_THAT(line, testing::HasSubstr(file()));
  // What can be read is served.
  const std::map<std::string, std::string> kReads{
      {"chat", "chat.identity"}, {"storage", "storage.list"}, {"waku", "waku.info"}};
  EXPECT_OK(node_.front().call(kReads.at(module())));
}

INSTANTIATE_TEST_SUITE_P(Node, Damage, testing::Values("chat", "storage", "waku"),
                         [](const auto& module) { return module.param; });

}  // namespace
}  // namespace status::test
