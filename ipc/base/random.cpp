#include "ipc/base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace status {
namespace {

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno != EINTR) std::abort();
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

IdRandom::IdRandom() {
  SystemRandom kernel;
  whitening_ = kernel.next64();
  state_ = kernel.next64();
}

void IdRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t word = mix(state_.fetch_add(kGoldenGamma, std::memory_order_relaxed));
    const std::size_t size = std::min(out.size(), sizeof(word));
    std::memcpy(out.data(), &word, size);
    out = out.subspan(size);
  }
}

std::uint64_t IdRandom::mix(std::uint64_t step) const {
  step = (step ^ step >> 30) * 0xbf58476d1ce4e5b9;
  step = (step ^ step >> 27) * 0x94d049bb133111eb;
  return (step ^ step >> 31) ^ whitening_;
}

}  // namespace status
