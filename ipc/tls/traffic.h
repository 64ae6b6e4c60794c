// How much the links to other machines have carried. Written on the thread of the links, read on any.
#pragma once

#include <atomic>
#include <cstdint>

namespace status::tls {

// Bytes inside TLS, frames' headers included.
struct Traffic {
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> sent{0};
};

}  // namespace status::tls
