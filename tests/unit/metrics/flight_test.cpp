#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/base/unique_fd.h"
#include "metrics/flight/reader.h"
#include "metrics/flight/recorder.h"

namespace status::metrics::flight {
namespace {

using Unfinished = Reader::Unfinished;

UniqueFd make_file(std::size_t bytes) {
  UniqueFd file(::memfd_create("flight", MFD_CLOEXEC));
  EXPECT_EQ(::ftruncate(file.get(), static_cast<off_t>(bytes)), 0);
  return file;
}

class FlightTest : public ::testing::Test {
 protected:
  FlightTest() {
    auto recorder = Recorder::map(file_.get());
    EXPECT_TRUE(recorder);
    recorder_ = std::move(*recorder);
    auto reader = Reader::map(file_.get());
    EXPECT_TRUE(reader);
    reader_ = std::move(*reader);
  }
  std::vector<Record> read(const Reader::Marks& after = {}) {
    std::vector<Record> out;
    last_ = reader_->read(after, Unfinished::wait, [&](const Record& record) { out.push_back(record); }).upto;
    return out;
  }
  Reader::Marks missed(const Reader::Marks& after) {
    return reader_
        ->read(
            after, Unfinished::wait, [](const Record&) {}, [](const StepRecord&) {})
        .missed;
  }

  static constexpr off_t kNextAt = 16;         // in the header: how many calls have been written
  static constexpr std::size_t kCapacity = 8;  // of each ring
  static constexpr std::size_t kBytes = 64 + 256 * 96 + 2 * kCapacity * 128;
  const UniqueFd file_ = make_file(kBytes);
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Reader> reader_;
  Reader::Marks last_;
};

TEST_F(FlightTest, WhatWasRecordedIsReadAgain) {
  ipc::Trace trace;
  trace.trace_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  trace.span_id = {17, 18, 19, 20, 21, 22, 23, 24};
  Recorder::Entry entry;
  entry.side = Side::made;
  entry.method = recorder_->name("waku.send");
  entry.peer = recorder_->name("waku");
  entry.code = Code::unavailable;
  entry.started_ns = 5;
  entry.total_ns = 28;
  entry.trace = &trace;
  entry.parent = {1, 2, 3};
  entry.stages_known = true;
  entry.stages = {1, 2, 3, 4, 5, 6, 7};
  entry.request_bytes = 100;
  entry.response_bytes = 200;
  recorder_->add(entry);
  const std::vector<Record> records = read();
  ASSERT_EQ(records.size(), 1U);
  const Record& record = records[0];
  EXPECT_EQ(record.number, 1U);
  EXPECT_EQ(record.side, Side::made);
  EXPECT_EQ(record.method, "waku.send");
  EXPECT_EQ(record.peer, "waku");
  EXPECT_EQ(record.code, Code::unavailable);
  EXPECT_EQ(record.started_ns, 5U);
  EXPECT_EQ(record.total_ns, 28U);
  EXPECT_EQ(record.trace.trace_id, trace.trace_id);
  EXPECT_EQ(record.trace.span_id, trace.span_id);
  EXPECT_EQ(record.parent, entry.parent);
  EXPECT_TRUE(record.stages_known);
  EXPECT_EQ(record.stages, entry.stages);
  EXPECT_EQ(record.request_bytes, 100U);
  EXPECT_EQ(record.response_bytes, 200U);
  recorder_.reset();
  EXPECT_EQ(read().size(), 1U) << "it outlives its process";
}

TEST_F(FlightTest, StepsOfMessagesHaveARingOfTheirOwn) {
  ipc::Trace call;
  call.trace_id = {1, 2, 3};
  call.span_id = {4};
  recorder_->add({});
  Recorder::Step step;
  step.step = recorder_->name("propagated");
  step.at_ns = 7;
  step.hash = {9, 8, 7};
  step.hash[31] = 6;
  step.message = {5};
  step.during = &call;
  recorder_->add_step(step);
  step.held = true;
  step.holder = recorder_->name("waku");
  recorder_->add_step(step);
  std::vector<StepRecord> steps;
  std::size_t calls = 0;
  reader_->read(
      {}, Unfinished::wait, [&](const Record&) { ++calls; },
      [&](const StepRecord& record) { steps.push_back(record); });
  EXPECT_EQ(calls, 1U);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].number, 1U);
  EXPECT_EQ(steps[0].step, "propagated");
  EXPECT_EQ(steps[0].holder, "") << "nobody";
  EXPECT_EQ(steps[1].holder, "waku");
  EXPECT_EQ(steps[0].at_ns, 7U);
  EXPECT_EQ(steps[0].hash, step.hash);
  EXPECT_EQ(steps[0].message, step.message);
  EXPECT_EQ(steps[0].during.trace_id, call.trace_id);
  EXPECT_EQ(steps[0].during.span_id, call.span_id);
  EXPECT_EQ(missed({}), (Reader::Marks{}));
  for (std::size_t i = 0; i < kCapacity; ++i) recorder_->add({});
  EXPECT_EQ(missed({}), (Reader::Marks{.calls = 1, .steps = 0})) << "calls overwrite no steps";
  EXPECT_EQ(missed({.calls = 1, .steps = 0}), (Reader::Marks{}));
  for (std::size_t i = 0; i < kCapacity; ++i) recorder_->add_step(step);
  EXPECT_EQ(missed({.calls = 1, .steps = 0}), (Reader::Marks{.calls = 0, .steps = 2}));
}

TEST_F(FlightTest, TheOldestMakeRoom) {
  for (std::uint64_t i = 1; i <= kCapacity + 3; ++i) {
    Recorder::Entry entry;
    entry.total_ns = i;
    recorder_->add(entry);
  }
  std::vector<Record> records = read();
  ASSERT_EQ(records.size(), kCapacity);
  EXPECT_EQ(records.front().total_ns, 4U);
  EXPECT_EQ(records.back().total_ns, kCapacity + 3);
  EXPECT_TRUE(read(last_).empty()) << "nothing new";
  recorder_->add({});
  EXPECT_EQ(read(last_).size(), 1U);
}

// A thread may be stopped between the number that it takes and the record that it writes.
TEST_F(FlightTest, ARecordThatIsBeingWrittenIsWaitedForAndNotPassedOver) {
  for (int i = 0; i < 3; ++i) recorder_->add({});
  std::uint64_t number = 0;
  constexpr off_t kSecondNumber = 64 + 256 * 96 + 128;
  ASSERT_EQ(::pwrite(file_.get(), &number, sizeof number, kSecondNumber), static_cast<ssize_t>(sizeof number));
  EXPECT_EQ(read().size(), 1U);
  EXPECT_EQ(last_.calls, 1U);
  EXPECT_TRUE(read(last_).empty());
  const Reader::Reading end = reader_->read(last_, Unfinished::skip, [](const Record&) {});
  EXPECT_EQ(end.upto.calls, 3U) << "its process has ended: it will never be whole";
  EXPECT_EQ(end.missed, Reader::Marks{});
  number = 2;
  ASSERT_EQ(::pwrite(file_.get(), &number, sizeof number, kSecondNumber), static_cast<ssize_t>(sizeof number));
  EXPECT_EQ(read(last_).size(), 2U) << "it is whole now, and the next one has been whole before";
}

TEST_F(FlightTest, NamesAreFewAndTheRestShareOne) {
  for (int i = 0; i < 400; ++i) {
    const auto name = recorder_->name("m." + std::to_string(i));
    EXPECT_EQ(recorder_->name("m." + std::to_string(i)), name);
    EXPECT_EQ(name == 0, i >= 255) << i;
  }
  Recorder::Entry entry;
  entry.method = recorder_->name("m.399");
  entry.peer = recorder_->name("m.7");
  recorder_->add(entry);
  EXPECT_EQ(read().front().method, "_other");
  EXPECT_EQ(read().front().peer, "m.7");
}

TEST_F(FlightTest, AFileThatIsNoneOrThatWasScribbledOverIsReadWithoutHarm) {
  EXPECT_FALSE(Reader::map(make_file(100).get()));
  const UniqueFd fresh = make_file(kBytes);
  EXPECT_EQ((*Reader::map(fresh.get()))->last(), Reader::Marks{}) << "its process has not begun it";
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    recorder_->add({});
    recorder_->add_step({});
    std::vector<std::uint8_t> noise(64);
    random.fill(noise);
    const off_t at = round % 2 == 0 ? 24 : 64 + 256 * 96 + (round % 32) * 64;
    ASSERT_EQ(::pwrite(file_.get(), noise.data(), noise.size(), at), static_cast<ssize_t>(noise.size()));
    reader_->read(
        {}, Unfinished::wait, [](const Record&) {}, [](const StepRecord&) {});
  }
}

TEST_F(FlightTest, AModuleThatLiesAboutTimesAndNumbersIsNotBelieved) {
  Recorder::Entry entry;
  entry.started_ns = 5;
  recorder_->add(entry);
  entry.total_ns = monotonic_ns() + 3'600'000'000'000;
  recorder_->add(entry);
  entry.started_ns = entry.total_ns = ~std::uint64_t{0} - 1;
  recorder_->add(entry);
  EXPECT_EQ(read().size(), 1U) << "what has not ended was not measured";
  const std::uint64_t end = ~std::uint64_t{0};
  ASSERT_EQ(::pwrite(file_.get(), &end, sizeof end, kNextAt), static_cast<ssize_t>(sizeof end));
  EXPECT_TRUE(read().empty()) << "and it comes to an end";
}

TEST(Flight, ARecordThatIsBeingWrittenIsNotRead) {
  const UniqueFd file = make_file(64 + 256 * 96 + 2 * 4 * 128);
  auto recorder = std::move(*Recorder::map(file.get()));
  auto reader = std::move(*Reader::map(file.get()));
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 1; writer <= 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < 50'000; ++i) {
        Recorder::Entry entry;
        // Every word says the same: one that is mixed shows.
        entry.started_ns = entry.total_ns = writer * 1'000'000 + i;
        entry.stages.fill(entry.started_ns);
        recorder->add(entry);
      }
    });
  }
  std::thread watch([&] {
    while (!done) {
      reader->read({}, Unfinished::skip, [](const Record& record) {
        EXPECT_EQ(record.total_ns, record.started_ns);
        for (const std::uint64_t stage : record.stages) EXPECT_EQ(stage, record.started_ns);
      });
    }
  });
  for (std::thread& writer : writers) writer.join();
  done = true;
  watch.join();
  EXPECT_EQ(reader->last().calls, 100'000U);
}

}  // namespace
}  // namespace status::metrics::flight
