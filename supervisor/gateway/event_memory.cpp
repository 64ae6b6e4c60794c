#include "supervisor/gateway/event_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "ipc/control/descriptors.h"

namespace status::gateway {

Result<std::span<std::uint8_t>> map_event_memory(int fd) {
  constexpr std::size_t kBytes = ipc::control::kEventRingBytes;
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "stat the event ring"));
  if (info.st_size < static_cast<off_t>(kBytes)) {
    return fail(Code::failed_precondition, "gateway.event_ring", "the event ring's file is too small");
  }
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return fail(errno_error(errno, "map the event ring"));
  return std::span(static_cast<std::uint8_t*>(memory), kBytes);
}

}  // namespace status::gateway
