// Directories, state and crash records of a node, on a real file system.
#include "supervisor/process/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "supervisor/process/crash_record.h"
#include "supervisor/process/run_directory.h"
#include "supervisor/process/state_store.h"
#include "tests/support/sync_log.h"
#include "tests/support/temp_dir.h"

namespace status::supervisor {
namespace {

namespace fs = std::filesystem;

TEST(Files, APrivateDirectoryIsClosedToOthers) {
  const test::TempDir dir;
  ASSERT_TRUE(open_private_directory(dir / "a/b/c", Durability::lazy, true).has_value());
  EXPECT_EQ(fs::status(dir / "a/b/c").permissions(), fs::perms::owner_all);
  ::chmod((dir / "a").c_str(), 0755);
  ASSERT_TRUE(open_private_directory(dir / "a").has_value());
  EXPECT_EQ(fs::status(dir / "a").permissions(), fs::perms::owner_all) << "looking in is mended";
  ::chmod((dir / "a").c_str(), 0770);
  const auto refused = open_private_directory(dir / "a");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "supervisor.unsafe_directory");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("chmod 700 " + (dir / "a")));
}

TEST(Files, ALinkOrAFileIsNoDirectory) {
  const test::TempDir dir;
  fs::create_directory(dir / "real");
  fs::create_symlink(dir / "real", dir / "link");
  EXPECT_EQ(open_private_directory(dir / "link").error().reason, "supervisor.unsafe_directory");
  test::write_file(dir / "file", "");
  EXPECT_EQ(open_private_directory(dir / "file").error().reason, "supervisor.unsafe_directory");
}

TEST(RunDirectory, ASecondHolderIsToldWhoHasIt) {
  const test::TempDir dir;
  auto first = RunDirectory::open(dir / "n", "");
  ASSERT_TRUE(first.has_value());
  const auto second = RunDirectory::open(dir / "n", dir / "other");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().reason, "supervisor.already_running");
  EXPECT_THAT(second.error().message, testing::HasSubstr("pid " + std::to_string(::getpid())));
  first = fail(Code::internal, "", "");
  EXPECT_TRUE(RunDirectory::open(dir / "n", "").has_value()) << "the lock goes with its holder";
}

TEST(RunDirectory, ALinkToTheDataDirectoryIsTheUsersBusiness) {
  const test::TempDir dir;
  fs::create_directory(dir / "real");
  fs::create_symlink(dir / "real", dir / "n");
  const auto node = RunDirectory::open(dir / "n", "");
  ASSERT_TRUE(node.has_value()) << node.error().message;
  EXPECT_EQ(node->paths().data_dir, fs::canonical(dir / "real").string());
}

TEST(RunDirectory, TheFoldersOfWhatMustBeKeptAreOnTheDisk) {
  const test::TempDir dir;
  test::take_synced();
  {
    auto node = RunDirectory::open(dir / "n", "");
    ASSERT_TRUE(node.has_value());
    ASSERT_TRUE(node->prepare({"a"}).has_value());
  }
  // In each of them a name was made: n, then state and profiles, then default, then a, then node.key.
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(dir.path(), dir / "n", dir / "n", dir / "n/profiles",
                                                        dir / "n/profiles/default", dir / "n"));
  auto again = RunDirectory::open(dir / "n", "");
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE(again->prepare({"a"}).has_value());
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(dir / "n")) << "whoever made node.key may have been killed";
}

TEST(RunDirectory, TheTokenIsFreshAndPrivate) {
  const test::TempDir dir;
  auto node = RunDirectory::open(dir / "n", "");
  ASSERT_TRUE(node.has_value());
  SystemRandom random;
  ASSERT_TRUE(node->write_token(random).has_value());
  const std::string token = *read_file(node->paths().token());
  EXPECT_THAT(token, testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(fs::status(node->paths().token()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(node->write_token(random).has_value());
  EXPECT_NE(*read_file(node->paths().token()), token);
}

TEST(StateStore, AGenerationIsNeverGivenTwice) {
  const test::TempDir dir;
  {
    StateStore store(dir.path());
    EXPECT_EQ(*store.next_generation("a"), 1u);
    EXPECT_EQ(*store.next_generation("a"), 2u);
    EXPECT_EQ(*store.next_generation("b"), 1u);
  }
  EXPECT_EQ(test::read_file(dir / "a.generation"), "00000000000000000016\n");
  StateStore store(dir.path());
  EXPECT_EQ(*store.next_generation("a"), 17u) << "what was reserved may have been used";
  store.settle();
  EXPECT_EQ(test::read_file(dir / "a.generation"), "00000000000000000017\n");
  EXPECT_EQ(*StateStore(dir.path()).next_generation("a"), 18u) << "an orderly end leaves no gap";
}

TEST(StateStore, WhatIsGivenIsAlwaysCoveredByTheDisk) {
  const test::TempDir dir;
  StateStore store(dir.path());
  for (std::uint64_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(*store.next_generation("a"), i);
    EXPECT_GE(std::stoull(test::read_file(dir / "a.generation")), i);
    if (i % 3 == 0) {
      ASSERT_TRUE(store.reserve_ahead("a").has_value());
      EXPECT_GE(std::stoull(test::read_file(dir / "a.generation")), i + StateStore::kReserved / 2);
    }
  }
}

TEST(StateStore, ANewCounterIsOnTheDiskWithItsName) {
  const test::TempDir dir;
  const auto synced_by_next = [&](const std::string& module) {
    test::take_synced();
    EXPECT_TRUE(StateStore(dir.path()).next_generation(module));
    return test::take_synced();
  };
  EXPECT_THAT(synced_by_next("a"), testing::ElementsAre(dir.path(), dir / "a.generation"));
  EXPECT_THAT(synced_by_next("a"), testing::ElementsAre(dir / "a.generation"));
  test::write_file(dir / "b.generation", "");  // all that a statusd left that was killed then
  EXPECT_THAT(synced_by_next("b"), testing::ElementsAre(dir.path(), dir / "b.generation"));
}

TEST(StateStore, ADamagedCounterIsNotGuessed) {
  const test::TempDir dir;
  for (const char* damaged : {"2\n", "0000000000000000000x\n", "000000000000000000020", "000000000000000000021\n"}) {
    test::write_file(dir / "a.generation", damaged);
    const auto next = StateStore(dir.path()).next_generation("a");
    ASSERT_FALSE(next.has_value()) << damaged;
    EXPECT_EQ(next.error().reason, "supervisor.bad_state");
  }
}

TEST(StateStore, WhatIsStoppedIsRemembered) {
  const test::TempDir dir;
  StateStore store(dir.path());
  EXPECT_TRUE(store.load_stopped()->empty());
  ASSERT_TRUE(store.save_stopped({"a", "b"}).has_value());
  EXPECT_EQ(*StateStore(dir.path()).load_stopped(), (std::set<std::string>{"a", "b"}));
  test::write_file(dir / "stopped.json", "{");
  EXPECT_EQ(store.load_stopped().error().reason, "supervisor.bad_state");
}

TEST(CrashRecord, OnlyTheNewestAreKept) {
  const test::TempDir dir;
  CrashRecord record{.module = "a"};
  for (record.generation = 1; record.generation <= 30; ++record.generation) {
    ASSERT_TRUE(write_crash_record(dir.path(), record, MonotonicTime()).has_value());
  }
  test::write_file(dir / "a/notes.txt", "somebody else's");
  EXPECT_FALSE(fs::exists(dir / "a/10.json"));
  EXPECT_TRUE(fs::exists(dir / "a/11.json"));
  EXPECT_TRUE(fs::exists(dir / "a/30.json"));
  EXPECT_TRUE(fs::exists(dir / "a/notes.txt"));
}

TEST(CrashRecord, CallsAreDated) {
  CrashRecord record{.module = "a", .cause = "exit 1"};
  record.calls.push_back({.method = "a.b", .trace_id = {}, .started_ns = 1'000'000'000});
  const Value value = to_value(record, MonotonicTime(std::chrono::milliseconds(1'250)));
  EXPECT_EQ(value.find("calls_in_flight")->as_array()->front().int_or("running_ms", 0), 250);
}

}  // namespace
}  // namespace status::supervisor
