// Key material that is wiped when it goes: every copy wipes itself. Value types, no locking.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ipc/base/bytes.h"

namespace status::chat {

// Overwrites memory in a way that the optimiser keeps. Any thread.
void wipe(void* memory, std::size_t size);

// Compares in time that does not depend on the contents. Sizes are public. Any thread.
bool equal_in_constant_time(ByteView a, ByteView b);

// N secret bytes, zero until filled.
template <std::size_t N>
class Secret {
 public:
  Secret() { data_.fill(0); }
  // Takes the first N bytes of `bytes`, which has at least that many.
  static Secret from(ByteView bytes) {
    Secret out;
    std::copy_n(bytes.begin(), N, out.data_.begin());
    return out;
  }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : data_(other.data_) { other.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      data_ = other.data_;
      other.clear();
    }
    return *this;
  }
  ~Secret() { clear(); }

  ByteView view() const { return data_; }
  std::span<std::uint8_t, N> span() { return data_; }
  const std::uint8_t* data() const { return data_.data(); }
  std::uint8_t* data() { return data_.data(); }
  static constexpr std::size_t size() { return N; }
  void clear() { wipe(data_.data(), N); }

  friend bool operator==(const Secret& a, const Secret& b) { return equal_in_constant_time(a.view(), b.view()); }

 private:
  std::array<std::uint8_t, N> data_;
};

// The allocator of SecretBytes: wipes what it gives back.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

// Secret bytes of a length known at run time: serialised states.
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace status::chat
