#include "supervisor/gateway/blame/recorders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "metrics/flight/recorder.h"
#include "supervisor/statusd/recorder_line.h"

namespace status::gateway {
namespace {

using metrics::flight::Reader;
using metrics::flight::Recorder;
using testing::ElementsAre;

constexpr std::uint64_t kCapacity = 8;  // of each ring
constexpr std::size_t kBytes = 64 + 256 * 96 + 2 * kCapacity * 128;

// One process with its recorder, and the supervisor that hands it in.
class RecordersTest : public ::testing::Test {
 protected:
  RecordersTest() {
    auto gateways_end = line_.open();
    EXPECT_TRUE(gateways_end);
    recorders_ = std::make_unique<Recorders>(gateways_end->release(), kBegan);
  }

  // From then on it is the one that makes steps.
  void start(const std::string& module, std::uint64_t generation) {
    const UniqueFd memory(::memfd_create("flight", MFD_CLOEXEC));
    ASSERT_EQ(::ftruncate(memory.get(), kBytes), 0);
    auto recorder = Recorder::map(memory.get());
    ASSERT_TRUE(recorder);
    recorder_ = std::move(*recorder);
    handed_in_ = {module, generation, memory.get()};
    line_.changed(0);
    recorders_->take_in();
  }

  void step(std::uint64_t at_ns, std::uint64_t times = 1) {
    Recorder::Step step;
    step.step = recorder_->name("propagated");
    step.at_ns = at_ns;
    for (std::uint64_t i = 0; i < times; ++i) recorder_->add_step(step);
  }

  // What is told, in its order.
  std::vector<std::string> read() {
    std::vector<std::string> out;
    recorders_->read_new(
        {}, {[](auto&&...) {},
             [&](const std::string& module, std::uint64_t generation, const metrics::flight::StepRecord& record) {
               out.push_back(module + " " + std::to_string(generation) + ": " + std::to_string(record.at_ns));
             },
             [&](const std::string& module, const Reader::Marks& records) {
               out.push_back(module + " lost " + std::to_string(records.steps));
             }});
    return out;
  }

  static constexpr std::uint64_t kBegan = 1'000;
  supervisor::RecorderLine::Recorder handed_in_;
  supervisor::RecorderLine line_{[this](std::size_t) { return std::optional(handed_in_); }};
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Recorders> recorders_;
};

TEST_F(RecordersTest, EveryIncarnationIsReadToItsEnd) {
  start("waku", 1);
  step(2'001);
  EXPECT_THAT(read(), ElementsAre("waku 1: 2001"));
  step(2'002);
  start("waku", 2);
  step(2'003);
  EXPECT_THAT(read(), ElementsAre("waku 1: 2002", "waku 2: 2003"));
  EXPECT_THAT(read(), ElementsAre());
}

// Else a message that is over when one ring has been read would stand at the step that the other ring says it did first.
TEST_F(RecordersTest, StepsOfSeveralProcessesComeInTheOrderOfTheirTimes) {
  start("chat", 1);
  step(2'002);
  step(2'004);
  start("waku", 1);
  step(2'003);
  step(2'001);
  EXPECT_THAT(read(), ElementsAre("waku 1: 2001", "chat 1: 2002", "waku 1: 2003", "chat 1: 2004"));
}

// Else one that is read now would seem to be known whole.
TEST_F(RecordersTest, WhatWasOverwrittenIsToldAfterWhatWasLeft) {
  start("waku", 1);
  step(2'000);
  read();
  step(2'001, kCapacity + 3);
  std::vector<std::string> told = read();
  ASSERT_EQ(told.size(), kCapacity + 1);
  EXPECT_EQ(told.front(), "waku 1: 2001");
  EXPECT_EQ(told.back(), "waku lost 3");
}

TEST_F(RecordersTest, WhatANewProcessOverwroteBeforeItsFirstReadingIsMissed) {
  start("waku", 1);
  step(2'000, kCapacity + 2);
  EXPECT_EQ(read().back(), "waku lost 2");
}

TEST_F(RecordersTest, WhatWasOverwrittenBeforeThereWasAReaderIsNot) {
  start("waku", 1);
  step(kBegan - 1, kCapacity + 2);
  EXPECT_EQ(read().back(), "waku 1: 999");
}

}  // namespace
}  // namespace status::gateway
