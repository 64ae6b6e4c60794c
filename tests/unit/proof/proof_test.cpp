#include "tests/proof/proof.h"

#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/support/temp_dir.h"

namespace status::proof {
namespace {

class ProofTest : public testing::Test {
 protected:
  // The same as a program that is started with these options.
  std::optional<int> begin(Proof& proof, std::vector<std::string> options) {
    options.insert(options.begin(), "check");
    std::vector<char*> arguments;
    for (std::string& option : options) arguments.push_back(option.data());
    return proof.begin(static_cast<int>(arguments.size()), arguments.data(), {{"width", width_, "how wide"}});
  }
  // A run that is interrupted after so many.
  void begin_and_leave(std::uint64_t units) {
    Proof proof("check", "rounds", 10);
    ASSERT_EQ(begin(proof, {"--seed", "7", "--proof", dir_.path()}), std::nullopt);
    proof.count("lost", 2);
    proof.collect("ms", {1.5, 3.0});
    proof.advance(units);
    ASSERT_EQ(proof.finish({}), Proof::kToBeContinued);
  }
  Value result() { return parse_json(test::read_file(dir_ / "check.json")).value_or(Value()); }

  test::TempDir dir_;
  std::uint64_t width_ = 1;
};

TEST_F(ProofTest, GoesOnWhereItWasInterrupted) {
  begin_and_leave(4);
  Proof again("check", "rounds", 10);
  ASSERT_EQ(begin(again, {"--proof", dir_.path()}), std::nullopt);
  EXPECT_EQ(again.left(), 6u);
  EXPECT_EQ(again.seed(), 7u);
  EXPECT_EQ(again.piece_seed(), 11u) << "not what was random already";
  EXPECT_EQ(again.counted("lost"), 2u);
  EXPECT_THAT(again.collected("ms"), testing::ElementsAre(1.5, 3.0));
  again.count("lost", 1);
  again.advance(6);
  EXPECT_EQ(again.finish({{"lost", "", static_cast<double>(again.counted("lost")), 3}}), Proof::kPassed);
  EXPECT_EQ(result().string_or("verdict", ""), "passed");
  EXPECT_EQ(result().uint_or("seed", 0), 7u);
  EXPECT_EQ(result().uint_or("done", 0), 10u);
  EXPECT_FALSE(result().string_or("commit", "").empty());

  Proof next("check", "rounds", 10);
  ASSERT_EQ(begin(next, {"--proof", dir_.path()}), std::nullopt);
  EXPECT_EQ(next.left(), 10u) << "what is done is done";
}

TEST_F(ProofTest, BeginsAnewForAnotherSeedAnotherTotalOrWhenAsked) {
  begin_and_leave(4);
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--seed", "8"}, {"--rounds", "12"}, {"--anew"}}) {
    Proof other("check", "rounds", 10);
    std::vector<std::string> all = options;
    all.insert(all.end(), {"--proof", dir_.path()});
    ASSERT_EQ(begin(other, all), std::nullopt);
    EXPECT_EQ(other.left(), other.total()) << options[0];
    EXPECT_EQ(other.counted("lost"), 0u) << options[0];
  }
}

TEST_F(ProofTest, OneFigureThatIsMissedIsAFailureAlsoBeforeTheEnd) {
  Proof proof("check", "rounds", 10);
  ASSERT_EQ(begin(proof, {"--proof", dir_.path()}), std::nullopt);
  proof.advance(1);
  EXPECT_EQ(proof.finish({bench::shown("shown", "", 100), {"missed", "ms", 2, 1}}), Proof::kFailed);
  const Value written = result();
  EXPECT_EQ(written.string_or("verdict", ""), "failed");
  const Value* figures = written.find("figures");
  ASSERT_TRUE(figures != nullptr && figures->as_array() != nullptr);
  EXPECT_TRUE(figures->as_array()->at(0).bool_or("met", false));
  EXPECT_FALSE(figures->as_array()->at(1).bool_or("met", true));
}

TEST_F(ProofTest, WithoutADirectoryItKeepsNothingAndHasTime) {
  Proof proof("check", "rounds", 2);
  ASSERT_EQ(begin(proof, {"--minutes", "0"}), std::nullopt);
  EXPECT_TRUE(proof.has_time());
  proof.advance(2);
  EXPECT_EQ(proof.finish({}), Proof::kPassed);
  EXPECT_TRUE(test::read_file(dir_ / "check.json").empty());
}

TEST_F(ProofTest, AProgramThatProvesAnotherThingAsWellKeepsItApart) {
  Proof proof("check", "rounds", 2);
  ASSERT_EQ(begin(proof, {"--proof", dir_.path(), "--as", "other"}), std::nullopt);
  proof.advance(2);
  EXPECT_EQ(proof.finish({}), Proof::kPassed);
  EXPECT_TRUE(test::read_file(dir_ / "check.json").empty());
  EXPECT_EQ(parse_json(test::read_file(dir_ / "other.json")).value_or(Value()).string_or("name", ""), "other");
}

TEST_F(ProofTest, KnowsItsOptionsAndNoOthers) {
  Proof proof("check", "rounds", 2);
  EXPECT_EQ(begin(proof, {"--width", "9", "--rounds", "3"}), std::nullopt);
  EXPECT_EQ(width_, 9u);
  EXPECT_EQ(proof.total(), 3u);
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--nonsense", "1"}, {"--rounds"}, {"--rounds", "x"}, {"--rounds", "-1"}, {"--rounds", "1x"}}) {
    EXPECT_EQ(begin(proof, wrong), Proof::kUsage);
  }
  EXPECT_EQ(begin(proof, {"--help"}), Proof::kPassed);
}

TEST(FigureTest, WhereTheFloorMissesTheTargetTheRatioCounts) {
  const auto figure = [](double value, double floor) {
    return bench::Figure{.name = "p99", .unit = "ms", .value = value, .target = 5, .floor = {floor, "the machine"}};
  };
  EXPECT_TRUE(figure(4.9, 1).met());
  EXPECT_FALSE(figure(5.1, 1).met()) << "the machine could";
  EXPECT_TRUE(figure(11, 6).met());
  EXPECT_FALSE(figure(13, 6).met());
  bench::Figure least = figure(4, 6);
  least.at_least = true;
  EXPECT_FALSE(least.met()) << "a floor of what should be much is none";
}

}  // namespace
}  // namespace status::proof
