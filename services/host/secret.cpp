#include "services/host/secret.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace status::host {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  // sodium_malloc needs the canary that sodium_init draws; calling it again is a no-op.
  if (sodium_init() < 0) std::abort();
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (data_ == nullptr) std::abort();
  // sodium_malloc locks too but keeps the outcome to itself; locking a locked page again changes nothing.
  locked_ = sodium_mlock(data_, size) == 0;
  sodium_memzero(data_, size);
}

SecretBytes::SecretBytes(ByteView source) : SecretBytes(source.size()) {
  std::copy(source.begin(), source.end(), data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      locked_(std::exchange(other.locked_, false)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(locked_, other.locked_);
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(data_); }  // zeroes and unlocks first

bool SecretBytes::equals(ByteView other) const {
  return size_ == other.size() && (size_ == 0 || sodium_memcmp(data_, other.data(), size_) == 0);
}

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace status::host
