// Deaths at the commits that a node comes to only after minutes or a month, or when it is set up in another way, and
// what the next process finds.
#include "tests/fixtures/failing/failpoints.h"
#include "tests/unit/waku/service_fixture.h"

namespace status::failing {
namespace {

using std::chrono::milliseconds;
using testing::ExitedWithCode;

class LateCommits : public waku::WakuServiceTest, public testing::WithParamInterface<Moment> {
 protected:
  void SetUp() override { watch(watched_.path()); }

  static void arm(const std::string& function) {
    std::ofstream(armed_folder(watched_.path()) + "/" + point_name(GetParam(), "commit", function));
  }
  // The process of which the test is about; the threads of the service are its own.
  void live_until_it_dies() {
    EXPECT_EXIT(
        {
          start();
          events_->wait([] { return false; });
        },
        ExitedWithCode(kExitCode), "");
  }
  // How many own messages are kept for the next start.
  std::size_t kept() {
    auto tx = database_->read();
    EXPECT_TRUE(tx);
    const auto own = waku::tables::own_messages(*tx);
    EXPECT_TRUE(own);
    return own ? own->size() : 0;
  }

 private:
  // Watched once in a process.
  static inline const store::TemporaryFolder watched_{std::filesystem::temp_directory_path()};
};

TEST_P(LateCommits, AMessageOfWhichNothingWasHeardIsOfferedAgainUntilItIsForgotten) {
  start();
  ASSERT_TRUE(send("x"));
  stop();
  arm("waku::WakuService::forget");
  const waku::Timing usual = std::exchange(timing_, {.forget = milliseconds(20)});
  live_until_it_dies();
  timing_ = usual;
  start();
  EXPECT_EQ(kept(), GetParam() == Moment::before ? 1U : 0U);
}

TEST_P(LateCommits, AConsumerThatIsGoneIsDroppedWholeOrNotAtAll) {
  start();
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  EXPECT_TRUE(backend_->events->on_message(message(2)));
  ASSERT_THAT(logged(2), testing::ElementsAre("1", "2"));
  ASSERT_TRUE(service_->messages().acknowledge("gone", 1));
  stop();
  disk_.jump(std::chrono::hours(31 * 24));
  arm("store::DurableLog::drop_unseen");
  const waku::Timing usual = std::exchange(timing_, {.housekeeping = milliseconds(20)});
  live_until_it_dies();
  timing_ = usual;
  disk_.jump(std::chrono::hours(-31 * 24));  // a start looks for such consumers, too, and this one is not to find it
  start();
  EXPECT_EQ(service_->messages().acknowledged("gone")->has_value(), GetParam() == Moment::before);
  EXPECT_THAT(logged(2), testing::ElementsAre("1", "2")) << "what others have not read stays";
}

TEST_P(LateCommits, AnotherBackendFindsThePositionsOfTheOneBeforeOrItsOwn) {
  start();
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  ASSERT_THAT(logged(1), testing::ElementsAre("1"));
  stop();
  arm("waku::adopt_backend");
  EXPECT_EXIT(
      {
        start();
        (void)waku::adopt_backend(*database_, "native");
      },
      ExitedWithCode(kExitCode), "");
  start();
  auto tx = database_->read();
  ASSERT_TRUE(tx);
  EXPECT_EQ(waku::tables::backend(*tx).value_or(""), GetParam() == Moment::before ? "mesh" : "native");
}

INSTANTIATE_TEST_SUITE_P(Sides, LateCommits, testing::Values(Moment::before, Moment::after),
                         [](const auto& moment) { return moment.param == Moment::before ? "Before" : "After"; });

}  // namespace
}  // namespace status::failing
