// W3C-style trace context: 16-byte trace id, 8-byte span id, flags; 25 bytes on the wire (WIRE.md section 2, `t`).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/bytes.h"
#include "ipc/base/random.h"

namespace status::ipc {

struct Trace {
  static constexpr std::size_t kSize = 25;

  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 0;

  // A new root. An all-zero id means "no trace" everywhere.
  static Trace start(Random& random);
  // The same trace, a new span: what a hop passes on.
  Trace child(Random& random) const;

  std::string id_hex() const { return to_hex(trace_id); }
  std::array<std::uint8_t, kSize> pack() const;
  // Empty unless `raw` is exactly 25 bytes.
  static std::optional<Trace> unpack(ByteView raw);

  friend bool operator==(const Trace&, const Trace&) = default;
};

}  // namespace status::ipc
