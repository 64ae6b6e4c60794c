// Randomness behind a seam: the kernel's in production, a seeded sequence in tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <span>

namespace status {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next64() {
    std::uint8_t raw[8];
    fill(raw);
    std::uint64_t value = 0;
    for (std::uint8_t byte : raw) value = value << 8 | byte;
    return value;
  }
};

// getrandom(2); aborts the process where the kernel has none. Any thread.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// Unique without being secret: for the ids of traces and spans, of which each call needs one. Seeded once by the
// kernel, which costs a system call where this costs a few nanoseconds (Steele, Lea, Flood: SplitMix64). Never for a
// key, a token or a nonce. Any thread.
class IdRandom final : public Random {
 public:
  IdRandom();
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t mix(std::uint64_t step) const;

  std::uint64_t whitening_;
  std::atomic<std::uint64_t> state_;
};

// Replayable from its seed. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace status
