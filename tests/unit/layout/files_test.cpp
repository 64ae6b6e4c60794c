#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/unit/layout/source_tree.h"

namespace status::test {
namespace {

TEST(Files, DoOneThing) {
  constexpr std::size_t kMostLines = 400;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_code() && !file.path.ends_with(".py")) continue;
    EXPECT_LE(file.lines.size(), kMostLines) << file.path;
  }
}

TEST(Files, EveryProgramIsALibraryWithASmallMain) {
  constexpr std::size_t kMostLines = 40;
  std::size_t programs = 0;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.path.ends_with("/main.cpp")) continue;
    EXPECT_LE(file.lines.size(), kMostLines) << file.path;
    ++programs;
  }
  EXPECT_GE(programs, 1U);
}

// What a team has to read to have a module, and what it has to write.
TEST(Files, ALibraryBecomesAModuleInAHundredLines) {
  for (const char* file : {"services/host/native/status_module.h", "examples/nim-module/sums.nim"}) {
    EXPECT_LE(read_source_file(file).lines.size(), 100U) << file;
  }
}

TEST(Files, LeaveNothingForLater) {
  // In two pieces, so that this file passes.
  const std::vector<std::string> words = {
      "TO"
      "DO",
      "FIX"
      "ME"};
  for (const SourceFile& file : read_source_tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& word : words) {
        EXPECT_EQ(file.lines[i].find(word), std::string::npos) << file.path << ":" << i + 1 << ": " << file.lines[i];
      }
    }
  }
}

TEST(Files, EveryHeaderIsGuardedAndSaysWhatItIs) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_header()) continue;
    EXPECT_THAT(file.lines, testing::Contains("#pragma once")) << file.path;
    if (is_in(file.path, "tests")) continue;
    EXPECT_TRUE(!file.lines.empty() && file.lines.front().starts_with("// ")) << file.path;
  }
}

TEST(Packages, AreListedOnceEachWithAReason) {
  std::set<std::string> names;
  for (const std::string& line : read_source_file("deploy/packages").lines) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string name;
    std::string reason;
    words >> name;
    std::getline(words >> std::ws, reason);
    EXPECT_GE(reason.size(), 8U) << line;
    EXPECT_TRUE(names.insert(name).second) << name << " is listed twice";
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"cmake", "g++", "libnng-dev", "libsqlcipher-dev"}));
}

// A reason that looked like a group kept a package from every fresh machine: only these are some.
TEST(Packages, AreInstalledAllUnlessTheyAreOfAGroup) {
  std::vector<std::string> expected;
  for (const std::string& line : read_source_file("deploy/packages").lines) {
    std::istringstream words(line);
    std::string name;
    std::string group;
    words >> name >> group;
    const bool grouped =
        group == "test:" || group == "browser:" || group == "npm:" || group == "fuzz:" || group == "bench:";
    if (!name.empty() && name.front() != '#' && !grouped) expected.push_back(name);
  }
  const std::string root = source_root();
  ChildProcess shell({"/bin/bash", "-c", "root='" + root + "'; . \"$root/deploy/lib.sh\"; wanted_packages"});
  ASSERT_EQ(shell.wait(kPatience), 0) << shell.read_all();
  std::istringstream lines(shell.read_all());
  std::vector<std::string> wanted;
  for (std::string line; std::getline(lines, line);) wanted.push_back(line);
  EXPECT_THAT(wanted, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace status::test
