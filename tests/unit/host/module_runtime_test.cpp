#include "services/host/module_runtime.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/patience.h"

namespace status::host {
namespace {

const api::Interface& interface() {
  static const api::Interface declared("late", {1, 0}, "Gets its key late", {"test", "test"});
  return declared;
}

class Said final : public SupervisorChannel {
 public:
  void send(const ipc::control::FromModule& message) override {
    const auto* locked = std::get_if<ipc::control::Locked>(&message);
    if (locked != nullptr && !locked->locked) unlocked.set_value();
  }
  std::promise<void> unlocked;
};

class Working final : public Service {
 public:
  explicit Working(bool& stopped) : stopped_(stopped) {}
  void stop() override { stopped_ = true; }

 private:
  bool& stopped_;
};

// A module without its key at first; the second attempt takes as long as the test wants.
class LockedRuntimeTest : public ::testing::Test {
 protected:
  LockedRuntimeTest() {
    definition_.interface = &interface;
    definition_.workers = 1;
    definition_.make = [this](ModuleContext&) -> Result<std::unique_ptr<Service>> {
      if (++attempts_ == 1) return fail(Code::failed_precondition, "locked", "no key yet");
      attempting_.set_value(std::this_thread::get_id());
      if (go_.get_future().wait_for(test::kPatience) != std::future_status::ready) {
        return fail(Code::internal, "test.stuck", "the thread that should let this go on waits for it");
      }
      if (outcome_) return fail(*outcome_);
      return std::make_unique<Working>(stopped_);
    };
    runtime_ = std::make_unique<ModuleRuntime>(definition_, ipc::control::Bootstrap{.module = "late", .generation = 1},
                                               "inproc://late-" + std::to_string(::getpid()), said_, logger_);
  }
  bool comes(std::future<void> what) { return what.wait_for(test::kPatience) == std::future_status::ready; }

  ModuleDefinition definition_;
  std::atomic<int> attempts_{0};
  std::promise<std::thread::id> attempting_;
  std::promise<void> go_;
  std::optional<Error> outcome_;
  bool stopped_ = false;
  Said said_;
  Logger logger_{"late", 1, LogLevel::error};
  std::unique_ptr<ModuleRuntime> runtime_;
};

// What a module says of itself, as words: "ready", or why it is degraded.
class Words final : public SupervisorChannel {
 public:
  void send(const ipc::control::FromModule& message) override {
    if (std::holds_alternative<ipc::control::Ready>(message)) said.emplace_back("ready");
    if (const auto* degraded = std::get_if<ipc::control::Degraded>(&message)) said.push_back(degraded->why);
  }
  std::vector<std::string> said;
};

TEST(ModuleRuntime, TroubleThatIsFoundBeforeItIsReadyIsToldAfterwardsAndUntilAllOfItIsOver) {
  ModuleContext* context = nullptr;
  bool stopped = false;
  ModuleDefinition definition;
  definition.interface = &interface;
  definition.make = [&](ModuleContext& given) -> Result<std::unique_ptr<Service>> {
    context = &given;
    context->degraded("database", "the file is damaged");
    return std::make_unique<Working>(stopped);
  };
  Words words;
  Logger logger("late", 1, LogLevel::error);
  ModuleRuntime runtime(definition, ipc::control::Bootstrap{.module = "late", .generation = 1},
                        "inproc://troubled-" + std::to_string(::getpid()), words, logger);
  ASSERT_TRUE(runtime.start());
  EXPECT_EQ(words.said, (std::vector<std::string>{"ready", "the file is damaged"}));
  words.said.clear();
  context->degraded("delivery", "nobody takes it");
  context->recovered("delivery");
  context->recovered("delivery");
  EXPECT_EQ(words.said, (std::vector<std::string>{"nobody takes it", "the file is damaged"}));
  words.said.clear();
  context->recovered("database");
  EXPECT_EQ(words.said, (std::vector<std::string>{"ready"}));
}

TEST_F(LockedRuntimeTest, AnAttemptToUnlockKeepsNobodyWaiting) {
  ASSERT_TRUE(runtime_->start());
  ASSERT_TRUE(runtime_->locked());
  EXPECT_TRUE(runtime_->retry_locked());
  EXPECT_NE(attempting_.get_future().get(), std::this_thread::get_id());
  // The control thread is free for pings, and asks for no second attempt beside the one that runs.
  EXPECT_EQ(runtime_->pong(7).n, 7U);
  EXPECT_TRUE(runtime_->retry_locked());
  EXPECT_TRUE(runtime_->locked());
  go_.set_value();
  EXPECT_TRUE(comes(said_.unlocked.get_future()));
  EXPECT_FALSE(runtime_->locked());
  EXPECT_EQ(attempts_, 2);
  runtime_->finish(std::chrono::steady_clock::now() + test::kPatience);
  EXPECT_TRUE(stopped_);
}

TEST_F(LockedRuntimeTest, TheEndWaitsForAnAttemptAndStopsWhatItMade) {
  ASSERT_TRUE(runtime_->start());
  EXPECT_TRUE(runtime_->retry_locked());
  attempting_.get_future().wait();
  auto finished = std::async(std::launch::async, [this] { runtime_->finish(std::chrono::steady_clock::now()); });
  go_.set_value();
  EXPECT_TRUE(comes(std::move(finished)));
  EXPECT_TRUE(stopped_);
}

TEST_F(LockedRuntimeTest, AnAttemptThatFailsForGoodIsToldTheNextTime) {
  outcome_ = make_error(Code::failed_precondition, "store.wrong_key", "another node.key");
  ASSERT_TRUE(runtime_->start());
  EXPECT_TRUE(runtime_->retry_locked());
  go_.set_value();
  Status told;
  while (told) {
    told = runtime_->retry_locked();
    std::this_thread::yield();
  }
  EXPECT_EQ(told.error().reason, "store.wrong_key");
  EXPECT_EQ(attempts_, 2) << "and it is not tried again";
}

}  // namespace
}  // namespace status::host
