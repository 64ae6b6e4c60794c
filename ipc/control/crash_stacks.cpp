#include "ipc/control/crash_stacks.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace status::ipc::control {
namespace {

std::string text_of(const char* bytes, std::size_t limit) {
  std::string out(bytes, ::strnlen(bytes, limit));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }, '?');
  return out;
}

CrashFrame locate(std::uint64_t address, const StacksArea& area, std::size_t objects) {
  for (std::size_t i = 0; i < objects; ++i) {
    const ObjectRecord& object = area.objects[i];
    if (object.start <= address && address < object.end) return {i, address - object.bias};
  }
  return {};
}

CrashStack read_stack(const StackRecord& record, const StacksArea& area, std::size_t objects) {
  CrashStack stack;
  stack.thread = record.thread;
  stack.name = text_of(record.name, kThreadNameBytes);
  stack.whole = record.state == static_cast<std::uint32_t>(StackState::whole);
  const std::size_t frames = std::min<std::size_t>(record.frame_count, kStackFrames);
  for (std::size_t i = 0; i < frames; ++i) stack.frames.push_back(locate(record.frames[i], area, objects));
  return stack;
}

}  // namespace

Result<CrashStacks> read_crash_stacks(int fd) {
  const auto area = std::make_unique<StacksArea>();
  const ssize_t got = ::pread(fd, area.get(), sizeof(StacksArea), static_cast<off_t>(kCrashStacksOffset));
  if (got < 0) return fail(errno_error(errno, "read of the crash memfd"));
  if (static_cast<std::size_t>(got) != sizeof(StacksArea)) {
    return fail(Code::data_loss, "control.crash_stacks", "the crash memfd is cut short");
  }
  CrashStacks out;
  const StacksHeader& header = area->header;
  if (header.magic == 0) return out;
  if (header.magic != kStacksMagic || header.version != kStacksVersion || header.object_count > kStackObjects ||
      header.stack_count > kStackThreads) {
    return fail(Code::data_loss, "control.crash_stacks",
                "the stacks in the crash memfd are damaged or of another version");
  }
  out.signal = header.signal;
  out.code = header.code;
  out.address = header.address;
  out.thread_count = header.thread_count;
  for (std::size_t i = 0; i < header.object_count; ++i) {
    const ObjectRecord& object = area->objects[i];
    const std::size_t id_bytes = std::min<std::size_t>(object.build_id_bytes, kMaxBuildIdBytes);
    out.objects.push_back({text_of(object.path, kObjectPathBytes), to_hex(ByteView(object.build_id, id_bytes))});
  }
  for (std::size_t i = 0; i < header.stack_count; ++i) {
    out.stacks.push_back(read_stack(area->stacks[i], *area, header.object_count));
  }
  return out;
}

}  // namespace status::ipc::control
