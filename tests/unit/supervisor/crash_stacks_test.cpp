// The reader of the stacks: a dead module may have written anything.
#include "ipc/control/crash_stacks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "ipc/base/random.h"
#include "ipc/base/unique_fd.h"
#include "ipc/control/loaded_object.h"

namespace status::ipc::control {
namespace {

class CrashStacksFile : public testing::Test {
 protected:
  CrashStacksFile() : file_(::memfd_create("crash", MFD_CLOEXEC)) {
    EXPECT_EQ(::ftruncate(file_.get(), kCrashAreaBytes), 0);
    area_->header.magic = kStacksMagic;
    area_->header.version = kStacksVersion;
  }
  void write() {
    EXPECT_EQ(::pwrite(file_.get(), area_.get(), sizeof(StacksArea), kCrashStacksOffset),
              static_cast<ssize_t>(sizeof(StacksArea)));
  }

  UniqueFd file_;
  std::unique_ptr<StacksArea> area_ = std::make_unique<StacksArea>();
};

TEST_F(CrashStacksFile, AnUntouchedFileHasNone) {
  const auto stacks = read_crash_stacks(file_.get());
  ASSERT_TRUE(stacks);
  EXPECT_TRUE(stacks->stacks.empty());
  EXPECT_TRUE(stacks->objects.empty());
}

TEST_F(CrashStacksFile, AFrameIsTheOffsetInItsObject) {
  area_->header.object_count = 1;
  area_->header.stack_count = 1;
  area_->objects[0].start = 0x5000;
  area_->objects[0].end = 0x6000;
  area_->objects[0].bias = 0x4000;
  area_->objects[0].build_id_bytes = 2;
  area_->objects[0].build_id[0] = 0xab;
  std::strcpy(area_->objects[0].path, "/bin/\x1bmodule");
  area_->stacks[0].thread = 42;
  area_->stacks[0].frame_count = 2;
  area_->stacks[0].frames[0] = 0x5678;
  area_->stacks[0].frames[1] = 0x6000;
  write();
  const auto stacks = read_crash_stacks(file_.get());
  ASSERT_TRUE(stacks);
  EXPECT_EQ(stacks->objects[0].path, "/bin/?module");
  EXPECT_EQ(stacks->objects[0].build_id, "ab00");
  const CrashStack& stack = stacks->stacks[0];
  EXPECT_EQ(stack.thread, 42U);
  EXPECT_FALSE(stack.whole);
  ASSERT_EQ(stack.frames.size(), 2U);
  EXPECT_EQ(stack.frames[0].object, 0U);
  EXPECT_EQ(stack.frames[0].offset, 0x1678U);
  EXPECT_EQ(stack.frames[1].object, std::nullopt);
  EXPECT_EQ(stack.frames[1].offset, 0U) << "it may be anything";
}

TEST_F(CrashStacksFile, CountsPastTheLayoutAreRefused) {
  area_->header.stack_count = kStackThreads + 1;
  write();
  EXPECT_EQ(read_crash_stacks(file_.get()).error().reason, "control.crash_stacks");
  area_->header.stack_count = 0;
  area_->header.object_count = 0xffff'ffff;
  write();
  EXPECT_EQ(read_crash_stacks(file_.get()).error().reason, "control.crash_stacks");
}

TEST_F(CrashStacksFile, AFileThatIsCutShortIsRefused) {
  ASSERT_EQ(::ftruncate(file_.get(), kCrashStacksOffset + 100), 0);
  EXPECT_EQ(read_crash_stacks(file_.get()).error().reason, "control.crash_stacks");
}

TEST_F(CrashStacksFile, WhateverIsInItStaysWithinBounds) {
  SeededRandom random(20);
  for (int round = 0; round < 200; ++round) {
    random.fill({reinterpret_cast<std::uint8_t*>(area_.get()), sizeof(StacksArea)});
    area_->header.magic = kStacksMagic;
    area_->header.version = kStacksVersion;
    area_->header.object_count = random.next64() % (kStackObjects + 1) & UINT32_MAX;
    area_->header.stack_count = random.next64() % (kStackThreads + 1) & UINT32_MAX;
    write();
    const auto stacks = read_crash_stacks(file_.get());
    ASSERT_TRUE(stacks);
    for (const CrashStack& stack : stacks->stacks) EXPECT_LE(stack.frames.size(), kStackFrames);
    for (const CrashObject& object : stacks->objects) EXPECT_LE(object.build_id.size(), 2 * kMaxBuildIdBytes);
  }
}

TEST(BuildId, IsTheSameOnDiskAndInMemory) {
  ObjectRecord self{};
  ASSERT_TRUE(find_executable(self));
  ASSERT_EQ(self.build_id_bytes, kMaxBuildIdBytes);
  std::string image(std::filesystem::file_size(self.path), '\0');
  std::ifstream(self.path, std::ios::binary).read(image.data(), static_cast<std::streamsize>(image.size()));
  EXPECT_EQ(to_hex(build_id_of(as_bytes(image))), to_hex(ByteView(self.build_id, self.build_id_bytes)));
}

TEST(BuildId, OfAnythingElseIsEmpty) {
  EXPECT_TRUE(build_id_of({}).empty());
  EXPECT_TRUE(build_id_of(as_bytes("#!/bin/sh\n")).empty());
  ObjectRecord self{};
  ASSERT_TRUE(find_executable(self));
  std::ifstream file(self.path, std::ios::binary);
  std::string image(2'048, '\0');
  file.read(image.data(), 2'048);
  for (std::size_t size = 0; size < image.size(); ++size) {
    const Bytes cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));  // the heap's end is its end
    const auto id = build_id_of(cut);
    EXPECT_TRUE(id.empty() || id.size() == kMaxBuildIdBytes);
  }
}

TEST(LoadedObject, ALibraryIsFoundWithItsPath) {
  ObjectRecord object{};
  ASSERT_TRUE(find_object(reinterpret_cast<std::uint64_t>(&::getpid), object));
  EXPECT_THAT(std::string(object.path), testing::HasSubstr("/libc.so"));
  EXPECT_FALSE(find_object(8, object));
}

}  // namespace
}  // namespace status::ipc::control
