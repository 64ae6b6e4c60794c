#include "tests/fixtures/failing/failpoints.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <source_location>
#include <thread>

#include "tests/unit/host/store_fixture.h"

namespace status::failing {
namespace {

using testing::ExitedWithCode;

TEST(FailpointName, SaysWhenWhatAndWhere) {
  EXPECT_EQ(point_name(Moment::before, "reply", "chat.send_message"), "before reply chat.send_message");
  EXPECT_EQ(point_name(Moment::after, "commit", "status::Status status::store::DurableLog::acknowledge(int)"),
            "after commit store::DurableLog::acknowledge");
}

TEST(FailpointName, OfAFunctionIsWithoutParametersAndWithTheFirstArgumentOfATemplate) {
  EXPECT_EQ(short_name("node.key"), "node.key");
  EXPECT_EQ(short_name("status::Result<int> status::chat::{anonymous}::make(const status::Clock&)"), "chat::make");
  EXPECT_EQ(short_name("status::Result<typename M::Reply> status::chat::ChatService::write(std::string_view, Effect) "
                       "[with M = status::chat::SendMessage; Effect = status::chat::f()::<lambda()>]"),
            "chat::ChatService::write<chat::SendMessage>");
  EXPECT_EQ(short_name("int f(std::string) [with std::string = std::__cxx11::basic_string<char>]"), "f");
}

template <class T>
std::string here(T) {
  return short_name(std::source_location::current().function_name());
}

TEST(FailpointName, IsMadeOfWhatThisCompilerSays) { EXPECT_EQ(here(Moment::before), "failing::here<Moment>"); }

class FailpointTest : public store::StoreTest {
 protected:
  // Watched once in a process: each test has the same folder, and its own points.
  static const std::string& watched_folder() {
    static const store::TemporaryFolder kFolder;
    static const bool kWatched = (watch(kFolder.path()), watch(kFolder.path()), true);
    (void)kWatched;
    return kFolder.path();
  }
  static void arm(const std::string& point) { std::ofstream(armed_folder(watched_folder()) + "/" + point); }
  static bool armed(const std::string& point) {
    return std::filesystem::exists(armed_folder(watched_folder()) + "/" + point);
  }
  static std::vector<std::string> taken() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(taken_folder(watched_folder()))) {
      names.push_back(file.path().filename());
    }
    return names;
  }
  static bool passed(const std::string& point) {
    return std::filesystem::exists(passed_folder(watched_folder()) + "/" + point);
  }
};

TEST_F(FailpointTest, KillsOnceWhereItIsArmedAndNowhereElse) {
  arm("before reply a.b");
  failpoint(Moment::after, "reply", "a.b");
  failpoint(Moment::before, "reply", "a.c");
  EXPECT_EXIT(failpoint(Moment::before, "reply", "a.b"), ExitedWithCode(kExitCode), "");
  EXPECT_FALSE(armed("before reply a.b"));
  EXPECT_THAT(taken(), testing::Contains(testing::EndsWith(" before reply a.b")));
  failpoint(Moment::before, "reply", "a.b");
}

// What is committed once in a node's life would have no other side if a death of another thread came in between.
TEST_F(FailpointTest, OneDeathIsOfTwoPointsWhenAThreadIsAtEach) {
  arm("before reply a.two");
  arm("after commit two.key");
  const auto two_threads = [] {
    failpoint(Moment::before, "commit", "two.key");
    std::thread replying([] { failpoint(Moment::before, "reply", "a.two"); });
    while (armed("before reply a.two")) std::this_thread::yield();
    failpoint(Moment::after, "commit", "two.key");
  };
  EXPECT_EXIT(two_threads(), ExitedWithCode(kExitCode), "");
  EXPECT_FALSE(armed("after commit two.key"));
  EXPECT_THAT(taken(), testing::Contains(testing::EndsWith(" after commit two.key")));
}

TEST_F(FailpointTest, NotesWhatIsPassedAndLeavesErrnoAlone) {
  watched_folder();
  errno = ENOSPC;
  failpoint(Moment::after, "acknowledgement", "a.messages.next");
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_TRUE(passed("after acknowledgement a.messages.next"));
  EXPECT_FALSE(passed("before acknowledgement a.messages.next"));
}

// The two sides of a commit: nothing of it, and all of it.
TEST_F(FailpointTest, ADeathBeforeACommitLeavesNothingAndOneAfterItEverything) {
  watched_folder();
  execute(*open(), "CREATE TABLE t (x INTEGER)");
  const auto insert = [this] { execute(*open(), "INSERT INTO t VALUES (1)"); };
  const std::string commit = "commit store::StoreTest::execute";
  arm("before " + commit);
  EXPECT_EXIT(insert(), ExitedWithCode(kExitCode), "");
  EXPECT_EQ(integer(*open(), "SELECT count(*) FROM t"), 0);
  arm("after " + commit);
  EXPECT_EXIT(insert(), ExitedWithCode(kExitCode), "");
  EXPECT_EQ(integer(*open(), "SELECT count(*) FROM t"), 1);
}

TEST_F(FailpointTest, ATransactionThatOnlyReadsHasNoCommit) {
  watched_folder();
  const auto database = open();
  auto tx = database->read();
  ASSERT_TRUE(tx);
  ASSERT_TRUE(tx->commit());
  for (const auto& file : std::filesystem::directory_iterator(passed_folder(watched_folder()))) {
    EXPECT_THAT(file.path().filename(), testing::Not(testing::HasSubstr("::read")));
  }
}

}  // namespace
}  // namespace status::failing
