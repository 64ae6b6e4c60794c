// The GNU build id of an ELF file: what tells one build of a program from the next at the same path. Any thread, also
// in a signal handler: allocates nothing and calls nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace status::ipc::control {

inline constexpr std::size_t kMaxBuildIdBytes = 20;  // SHA-1, as linkers make it

// `image` is the file's bytes. Where it is one that the loader has mapped, `mapped_at` is the file's own address of the
// first byte: 0 but for programs that are not position-independent. A view into `image`; empty when it is no ELF of
// this machine's word size, is cut short, or has no id.
std::span<const std::uint8_t> build_id_of(std::span<const std::uint8_t> image,
                                          std::optional<std::uint64_t> mapped_at = std::nullopt);

}  // namespace status::ipc::control
