#include "services/host/store/integrity.h"

#include <fcntl.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

class IntegrityTest : public StoreTest {
 protected:
  // The reports of one run of the monitor.
  std::vector<CheckReport> watch(Database& database, const std::string& boot_id, bool fault = false) {
    std::ofstream(folder_.file("boot_id")) << boot_id << "\n";
    std::vector<CheckReport> reports;
    auto monitor = IntegrityMonitor::start(database, [&](const CheckReport& report) { reports.push_back(report); },
                                           {folder_.file("boot_id")});
    EXPECT_TRUE(monitor);
    (*monitor)->wait_idle();
    if (fault) {
      (*monitor)->request(CheckCause::fault);
      (*monitor)->wait_idle();
      (*monitor)->request(CheckCause::fault);
      (*monitor)->wait_idle();
    }
    return reports;
  }
  void fill(Database& database) {
    execute(database, "CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)");
    for (int i = 0; i < 20; ++i) execute(database, "INSERT INTO t VALUES (?1, ?2)", {i, Bytes(2000, 1)});
  }
};

TEST_F(IntegrityTest, LooksOncePerBoot) {
  auto database = open();
  fill(*database);
  const auto first = watch(*database, "boot one");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].cause, CheckCause::new_boot);
  EXPECT_FALSE(first[0].error) << first[0].error->describe();
  EXPECT_TRUE(watch(*database, "boot one").empty());
  EXPECT_EQ(watch(*database, "boot two").size(), 1U);
}

TEST_F(IntegrityTest, FaultsAreLookedIntoOnceAMinute) {
  auto database = open();
  watch(*database, "boot");
  const auto reports = watch(*database, "boot", true);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].cause, CheckCause::fault);
}

TEST_F(IntegrityTest, DamageIsDataLossAndNamesTheFile) {
  {
    auto database = open();
    fill(*database);
  }
  {
    const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    const std::array<char, 64> noise{};
    ASSERT_EQ(::pwrite(fd.get(), noise.data(), noise.size(), 5 * 4096 + 100), 64);
  }
  auto database = open();
  const auto reports = watch(*database, "boot");
  ASSERT_EQ(reports.size(), 1U);
  ASSERT_TRUE(reports[0].error);
  EXPECT_EQ(reports[0].error->code, Code::data_loss) << reports[0].error->describe();
  EXPECT_NE(reports[0].error->message.find(path_), std::string::npos);
  EXPECT_EQ(watch(*database, "boot").size(), 1U) << "a boot with a finding is not remembered as good";
}

TEST_F(IntegrityTest, DamageMetWhileReadingStartsALook) {
  {
    auto database = open();
    fill(*database);
    watch(*database, "boot");
  }
  {
    const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    const std::array<char, 64> noise{};
    ASSERT_EQ(::pwrite(fd.get(), noise.data(), noise.size(), 5 * 4096 + 100), 64);
  }
  auto database = open();
  std::ofstream(folder_.file("boot_id")) << "boot\n";
  std::vector<CheckReport> reports;
  auto monitor = IntegrityMonitor::start(*database, [&](const CheckReport& report) { reports.push_back(report); },
                                         {folder_.file("boot_id")});
  {
    auto tx = database->read();
    const auto sum = tx->integer("SELECT sum(length(hex(data))) FROM t");
    ASSERT_FALSE(sum);
    EXPECT_EQ(sum.error().code, Code::data_loss) << sum.error().describe();
  }
  (*monitor)->wait_idle();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].cause, CheckCause::fault);
  EXPECT_TRUE(reports[0].error);
}

// The options of a monitor that has a reason to look, on a thread that the test lends it.
class LentThreadTest : public IntegrityTest {
 protected:
  LentThreadTest() {
    options_.boot_id_path = folder_.file("boot_id");
    options_.post = [this](std::function<void()> look) {
      if (full_) return false;
      looks_.push_back(std::move(look));
      return true;
    };
    options_.ending = &ending_;
    std::ofstream(options_.boot_id_path) << "boot\n";
  }
  std::unique_ptr<IntegrityMonitor> start(Database& database) {
    auto monitor = IntegrityMonitor::start(
        database,
        [this](const CheckReport& report) {
          reports_.push_back(report);
          looked_on_ = std::this_thread::get_id();
        },
        options_);
    EXPECT_TRUE(monitor);
    return monitor ? std::move(*monitor) : nullptr;
  }

  IntegrityOptions options_;
  std::vector<std::function<void()>> looks_;
  bool full_ = false;
  std::atomic<bool> ending_{false};
  std::vector<CheckReport> reports_;
  std::thread::id looked_on_;
};

TEST_F(LentThreadTest, ALookRunsThereAndNowhereElse) {
  auto database = open();
  const auto monitor = start(*database);
  ASSERT_EQ(looks_.size(), 1U);
  EXPECT_TRUE(reports_.empty());
  std::exchange(looks_[0], {})();
  monitor->wait_idle();
  ASSERT_EQ(reports_.size(), 1U);
  EXPECT_FALSE(reports_[0].error);
  EXPECT_EQ(looked_on_, std::this_thread::get_id());
}

TEST_F(LentThreadTest, ALookThatIsRefusedOrDroppedKeepsNobodyWaiting) {
  auto database = open();
  full_ = true;
  {
    const auto monitor = start(*database);
    monitor->wait_idle();
    full_ = false;
    monitor->request(CheckCause::fault);
    ASSERT_EQ(looks_.size(), 1U) << "the next reason asks again";
    looks_.clear();
  }
  EXPECT_TRUE(reports_.empty());
  const auto next = start(*database);
  EXPECT_EQ(looks_.size(), 1U) << "what was not looked at is not remembered as good";
  looks_.clear();
}

TEST_F(LentThreadTest, TheEndOfTheProcessBreaksALookOff) {
  auto database = open();
  fill(*database);
  const auto monitor = start(*database);
  ASSERT_EQ(looks_.size(), 1U);
  ending_ = true;
  std::exchange(looks_[0], {})();
  EXPECT_TRUE(reports_.empty()) << "an interrupted look is no finding";
  monitor->request(CheckCause::new_boot);
  EXPECT_EQ(looks_.size(), 1U) << "and none begins any more";
}

}  // namespace
}  // namespace status::store
