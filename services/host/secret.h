// Secret bytes in memory that is locked, fenced by guard pages, left out of core dumps and zeroed when it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ipc/base/bytes.h"

namespace status::host {

// Fixed length, move-only: a secret has one owner. Reading from several threads is safe, writing is the owner's. Aborts
// the process when the address space is used up. Not comparable with ==: use `equals`.
class SecretBytes {
 public:
  SecretBytes() = default;  // empty
  explicit SecretBytes(std::size_t size);
  // Copies; the source is the caller's to wipe.
  explicit SecretBytes(ByteView source);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  ~SecretBytes();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_, size_}; }
  std::span<std::uint8_t> writable() { return {data_, size_}; }
  // False where RLIMIT_MEMLOCK forbids it: the bytes may then reach swap.
  bool locked() const { return locked_; }

  SecretBytes clone() const { return SecretBytes(view()); }
  // In constant time for equal lengths.
  bool equals(ByteView other) const;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  bool locked_ = false;
};

// Overwrites bytes that were a secret; the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace status::host
