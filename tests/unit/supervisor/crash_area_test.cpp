#include "ipc/control/crash_area.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <set>
#include <thread>

#include "ipc/base/unique_fd.h"

namespace status::ipc::control {
namespace {

UniqueFd make_file(std::size_t bytes = kCrashAreaBytes) {
  UniqueFd fd(::memfd_create("crash", MFD_CLOEXEC));
  EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(bytes)), 0);
  return fd;
}

TEST(CrashArea, WhatIsInFlightIsReadBack) {
  UniqueFd fd = make_file();
  CrashArea area = std::move(*CrashArea::map(fd.get()));
  const Bytes trace(kTraceIdBytes, 0xab);
  const auto first = area.claim("chat.send_message", trace, 12345);
  const auto second = area.claim("chat.get_messages", {}, 1);
  ASSERT_NE(first, second);
  area.release(second);
  auto calls = read_crash_area(fd.get());
  ASSERT_TRUE(calls.has_value());
  ASSERT_EQ(calls->size(), 1u);
  EXPECT_EQ(calls->front().method, "chat.send_message");
  EXPECT_EQ(calls->front().trace_id[15], 0xab);
  EXPECT_EQ(calls->front().started_ns, 12345u);
}

TEST(CrashArea, ALongMethodIsCutAndAForeignByteIsReplaced) {
  UniqueFd fd = make_file();
  CrashArea area = std::move(*CrashArea::map(fd.get()));
  area.claim("a\x1b" + std::string(200, 'm'), {}, 1);
  auto calls = read_crash_area(fd.get());
  EXPECT_EQ(calls->front().method, "a?" + std::string(kCrashMethodBytes - 2, 'm'));
}

TEST(CrashArea, WithAllSlotsTakenACallIsNotRecorded) {
  UniqueFd fd = make_file();
  CrashArea area = std::move(*CrashArea::map(fd.get()));
  std::set<std::size_t> slots;
  for (std::size_t i = 0; i < kCrashSlots; ++i) slots.insert(area.claim("m", {}, i));
  EXPECT_EQ(slots.size(), kCrashSlots);
  EXPECT_EQ(area.claim("one too many", {}, 0), CrashArea::kNoSlot);
  area.release(CrashArea::kNoSlot);
  area.release(17);
  EXPECT_EQ(area.claim("again", {}, 0), 17u);
}

TEST(CrashArea, ThreadsNeverShareASlot) {
  UniqueFd fd = make_file();
  CrashArea area = std::move(*CrashArea::map(fd.get()));
  std::vector<std::atomic<int>> owners(kCrashSlots);
  std::atomic<int> collisions{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const auto slot = area.claim("m", {}, 1);
        if (owners[slot].fetch_add(1) != 0) ++collisions;
        owners[slot].fetch_sub(1);
        area.release(slot);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(collisions, 0);
  EXPECT_TRUE(read_crash_area(fd.get())->empty());
}

TEST(CrashArea, AnUntouchedFileHasNoCalls) { EXPECT_TRUE(read_crash_area(make_file().get())->empty()); }

TEST(CrashArea, ADamagedFileIsRefusedNotBelieved) {
  UniqueFd fd = make_file();
  CrashArea area = std::move(*CrashArea::map(fd.get()));
  const std::uint32_t huge = 0xffffffff;
  ASSERT_EQ(::pwrite(fd.get(), &huge, sizeof huge, offsetof(CrashHeader, slot_count)), 4);
  EXPECT_EQ(read_crash_area(fd.get()).error().reason, "control.crash_area");
}

TEST(CrashArea, AFileThatIsTooSmallIsRefused) {
  UniqueFd fd = make_file(4096);
  EXPECT_EQ(CrashArea::map(fd.get()).error().reason, "control.crash_area");
  EXPECT_EQ(read_crash_area(fd.get()).error().reason, "control.crash_area");
}

TEST(CrashArea, WithoutAFileNothingIsRecorded) {
  CrashArea area;
  EXPECT_EQ(area.claim("m", {}, 0), CrashArea::kNoSlot);
  area.release(0);
}

}  // namespace
}  // namespace status::ipc::control
