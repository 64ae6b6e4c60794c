// A backend's own metrics among those of its module.
#include "services/host/reexport.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/patience.h"
#include "tests/unit/metrics/find_sample.h"

namespace status::host {
namespace {

using metrics::find_family;
using metrics::find_sample;

class ReexportTest : public ::testing::Test {
 protected:
  void show(std::vector<std::string> patterns, MetricsSource source) {
    reexport_ = std::make_unique<Reexport>(registry_, std::move(patterns), clock_, std::move(source));
  }
  // Collects until it is so: a collection has what was read before it.
  template <class So>
  bool eventually(So so) {
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    do {
      shown_ = registry_.collect();
      if (so()) return true;
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
  }
  double readings(const std::string& outcome) const {
    const auto* sample = find_sample(shown_, "status_reexport_readings_total", {{"outcome", outcome}});
    return sample == nullptr ? 0 : sample->value;
  }

  FakeClock clock_;
  metrics::Registry registry_{{.max_series = 20}};
  metrics::Snapshot shown_;
  std::unique_ptr<Reexport> reexport_;
};

TEST_F(ReexportTest, ShowsWhatIsNamedAndNothingElse) {
  show({"libp2p_*", "exact"}, [] {
    return "# HELP libp2p_peers Peers.\n# TYPE libp2p_peers gauge\nlibp2p_peers{a=\"b\"} 3\nexact 1\nexact_not "
           "2\nother 4\n";
  });
  ASSERT_TRUE(eventually([&] { return find_family(shown_, "libp2p_peers") != nullptr; }));
  EXPECT_EQ(find_sample(shown_, "libp2p_peers", {{"a", "b"}})->value, 3);
  EXPECT_EQ(find_family(shown_, "libp2p_peers")->help, "Peers.");
  EXPECT_NE(find_family(shown_, "exact"), nullptr);
  EXPECT_EQ(find_family(shown_, "exact_not"), nullptr);
  EXPECT_EQ(find_family(shown_, "other"), nullptr);
  EXPECT_TRUE(eventually([&] { return find_sample(shown_, "status_reexport_series")->value == 2; }));
  EXPECT_GE(readings("ok"), 1);
}

TEST_F(ReexportTest, ItsNumbersMoveOn) {
  show({"*"}, [n = 0]() mutable { return "n " + std::to_string(++n) + "\n"; });
  EXPECT_TRUE(eventually([&] {
    const auto* sample = find_sample(shown_, "n");
    return sample != nullptr && sample->value > 3;
  }));
}

TEST_F(ReexportTest, NoNameOfOurOwnIsTaken) {
  registry_.gauge("status_backend_x", "Ours.").set(1);
  show({"*"}, [] { return "status_backend_x 99\nprocess_threads 99\nstatusbar 5\n"; });
  ASSERT_TRUE(eventually([&] { return find_family(shown_, "statusbar") != nullptr; }));
  EXPECT_EQ(find_sample(shown_, "status_backend_x")->value, 1);
  EXPECT_EQ(find_family(shown_, "process_threads"), nullptr);
}

TEST_F(ReexportTest, WhatIsWrongIsCountedAndHurtsNobody) {
  std::atomic<int> turn{0};
  show({"*"}, [&turn]() -> Result<std::string> {
    switch (turn++) {
      case 0:
        return std::string("good 1\n");
      case 1:
        return std::string("good 1\nbad bad\n");
      case 2:
        return std::string(2 << 20, '\n');
      default:
        return fail(Code::unavailable, "test.away", "nobody is there");
    }
  });
  const metrics::Gauge mine = registry_.gauge("mine", "Mine.");
  mine.set(4);
  ASSERT_TRUE(eventually([&] { return readings("unreachable") > 0; }));
  EXPECT_EQ(readings("ok"), 1);
  EXPECT_EQ(readings("malformed"), 1);
  EXPECT_EQ(readings("too_large"), 1);
  EXPECT_TRUE(eventually([&] { return find_family(shown_, "good") == nullptr; })) << "what it was is not what it is";
  EXPECT_EQ(find_sample(shown_, "mine")->value, 4);
  EXPECT_EQ(find_sample(shown_, "status_reexport_series")->value, 0);
}

TEST_F(ReexportTest, ItHasTheRoomThatTheModuleLeaves) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "a{i=\"" + std::to_string(i) + "\"} 1\n";
  show({"*"}, [&] { return text; });
  ASSERT_TRUE(eventually([&] {
    const auto* left_out = find_sample(shown_, "status_reexport_left_out_series");
    return left_out != nullptr && left_out->value > 0 && find_family(shown_, "a") != nullptr;
  }));
  const double left_out = find_sample(shown_, "status_reexport_left_out_series")->value;
  const auto shown = static_cast<double>(find_family(shown_, "a")->samples.size());
  EXPECT_EQ(shown + left_out, 50);
  EXPECT_LE(series_count(shown_), 21U) << "the cap of a module, and the counter of what went over it";
}

// A collection waits for nobody, and what a source said before it hung is not shown for ever.
TEST_F(ReexportTest, ASourceThatHangsDelaysNobody) {
  std::atomic<bool> hangs{false};
  std::atomic<bool> go_on{false};
  std::atomic<int> turn{0};
  show({"*"}, [&]() -> std::string {
    if (turn++ > 0) {
      hangs = true;
      while (!go_on) std::this_thread::yield();
    }
    return "a 1\n";
  });
  ASSERT_TRUE(eventually([&] { return hangs && find_family(shown_, "a") != nullptr; }));
  clock_.advance(Reexport::kMostAge + std::chrono::milliseconds(1));
  shown_ = registry_.collect();
  EXPECT_EQ(find_family(shown_, "a"), nullptr);
  go_on = true;
  EXPECT_TRUE(eventually([&] { return find_family(shown_, "a") != nullptr; })) << "it is back";
}

TEST_F(ReexportTest, NothingIsShownOnceItIsGone) {
  show({"*"}, [] { return std::string("a 1\n"); });
  ASSERT_TRUE(eventually([&] { return find_family(shown_, "a") != nullptr; }));
  reexport_.reset();
  shown_ = registry_.collect();
  EXPECT_EQ(find_family(shown_, "a"), nullptr);
}

}  // namespace
}  // namespace status::host
