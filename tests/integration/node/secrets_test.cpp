// What holds keys keeps them to itself: from processes of the same user, and from a file that others can read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

// 0 where it opens.
int refusal(std::int64_t pid, const std::string& file) {
  const UniqueFd fd(::open(("/proc/" + std::to_string(pid) + "/" + file).c_str(), O_RDONLY | O_CLOEXEC));
  return fd ? 0 : errno;
}

TEST(Secrets, TheMemoryOfWhatHoldsKeysIsNobodysToRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  ProcessNode node;
  ASSERT_OK(node.start());
  for (const char* module : {"keys", "storage", "waku", "chat"}) {
    const auto row = node.row(module);
    ASSERT_OK(row);
    ASSERT_GT(row->pid, 0);
    EXPECT_EQ(refusal(row->pid, "mem"), EACCES) << module;
    EXPECT_EQ(refusal(row->pid, "maps"), EACCES) << module;
  }
  EXPECT_EQ(refusal(node.statusd().statusd().pid(), "maps"), 0)
      << "a process without secrets shows that this test can see";
  EXPECT_OK(node.stop());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which make mlock do nothing
TEST(Secrets, TheNodeKeyLiesInLockedMemory) {
  ProcessNode node({.settings = {"modules=[\"keys\"]"}, .arguments = {}});
  ASSERT_OK(node.start());
  const auto row = node.row("keys");
  ASSERT_OK(row);
  const std::string status = read_file("/proc/" + std::to_string(row->pid) + "/status");
  const std::size_t at = status.find("VmLck:");
  ASSERT_NE(at, std::string::npos) << status;
  EXPECT_GT(std::stoul(status.substr(at + 6)), 0U) << "kB";
  EXPECT_OK(node.stop());
}
#endif

// What the records of a module's deaths say, newest or not.
std::vector<Value> crash_records(TestNode& node, const std::string& module) {
  std::vector<Value> records;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(node.path("crash/" + module), none)) {
    records.push_back(parse_json(read_file(file.path())).value_or(Value()));
  }
  return records;
}

TEST(Secrets, ANodeKeyThatOthersCanReadIsAQuestionOfConfiguration) {
  TestNode node({.settings = without_backoff({"modules=[\"keys\"]", "gateway.enabled=false"}), .arguments = {}});
  node.start();
  ASSERT_TRUE(node.wait_for("keys: starting → ready"));
  ASSERT_EQ(node.stop(), 0);
  const std::string key = node.path("node.key");
  ASSERT_EQ(::chmod(key.c_str(), 0644), 0);

  node.start();
  // Starting again does not mend it: the first death is the last.
  const std::string line = node.wait_for("keys: starting → ").value_or("");
  EXPECT_THAT(line, testing::HasSubstr("failed"));
  EXPECT_THAT(line, testing::HasSubstr("exit 78"));
  EXPECT_EQ(node.stop(), 0);
  auto records = crash_records(node, "keys");
  std::erase_if(records, [](const Value& record) { return record.string_or("cause", "") != "exit 78"; });
  ASSERT_EQ(records.size(), 1U);
  const Value* fatal = records[0].find("fatal");
  ASSERT_NE(fatal, nullptr);
  EXPECT_EQ(fatal->string_or("reason", ""), "keys.unsafe_node_key");
  EXPECT_THAT(fatal->string_or("message", ""), testing::HasSubstr("chmod 600 " + key));
}

}  // namespace
}  // namespace status::test
