// How much the links of a mesh backend have carried. Written on the mesh thread, read on any.
#pragma once

#include <atomic>
#include <cstdint>

namespace status::waku::mesh {

// Bytes inside TLS, frames' headers included.
struct Traffic {
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> sent{0};
};

}  // namespace status::waku::mesh
