// The list against the sources: a place that begins to write has its commit in the list, or a reason here.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "tests/integration/failpoints/point_list.h"
#include "tests/support/temp_dir.h"

namespace status::failpoints {
namespace {

namespace fs = std::filesystem;

// Passed after times that no node of a test lives, by none that stays as it is set up, or when a disk fails:
// LateCommits.* and LateStorageCommits.* (tests/unit/failing) die of each.
const std::set<std::string> kDiedOfElsewhere = {
    "storage::EmbeddedBackend::finish",          // a disk that refuses what was put
    "storage::EmbeddedBackend::give_up_idle",    // puts that nobody went on with for a day
    "storage::EmbeddedBackend::met_damage",      // a block that is not what was stored
    "storage::EmbeddedBackend::remove_expired",  // datasets that are past their time
    "storage::EmbeddedBackend::write",           // puts that take longer than a minute
    "store::DurableLog::drop_unseen",            // consumers that were not seen for 30 days
    "waku::WakuService::forget",                 // own messages of which nothing was heard for ten minutes
    "waku::adopt_backend",                       // another `waku.backend` than before
};

std::size_t places_that_begin_to_write() {
  const std::regex begins(R"(\bdatabase_?\.write\()");
  std::size_t count = 0;
  for (const auto& file : fs::recursive_directory_iterator(STATUS_SOURCE_DIR "/services")) {
    if (file.path().extension() != ".cpp") continue;
    const std::string text = test::read_file(file.path());
    count += static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), begins), {}));
  }
  return count;
}

// Functions, whatever they are instantiated for.
std::set<std::string> listed_functions() {
  const std::string kCommit = "before commit ";
  std::set<std::string> functions;
  for (const Point& point : read_points()) {
    if (!point.name.starts_with(kCommit) || point.name.find("::") == std::string::npos) continue;
    const std::string function = point.name.substr(kCommit.size());
    functions.insert(function.substr(0, function.find('<')));
  }
  return functions;
}

TEST(FailpointList, HasEveryPlaceThatBeginsToWrite) {
  const std::set<std::string> listed = listed_functions();
  for (const std::string& function : kDiedOfElsewhere) EXPECT_FALSE(listed.contains(function)) << function;
  EXPECT_EQ(places_that_begin_to_write(), listed.size() + kDiedOfElsewhere.size())
      << "a commit that the scenario of failpoints_test.cpp does not reach, or one that is gone";
}

TEST(FailpointList, HasBothSidesOfEverything) {
  std::set<std::string> before;
  std::set<std::string> after;
  for (const Point& point : read_points()) {
    const std::size_t space = point.name.find(' ');
    (point.name.starts_with("before ") ? before : after).insert(point.module + point.name.substr(space));
  }
  EXPECT_EQ(before, after);
  EXPECT_FALSE(before.empty());
}

}  // namespace
}  // namespace status::failpoints
