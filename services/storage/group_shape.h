// How many blocks a group has: so many data blocks in a row, and the parity blocks that are computed of them.
#pragma once

namespace status::storage {

// Without parity there are no groups, and both are 0.
struct GroupShape {
  static constexpr unsigned kMostData = 64;
  static constexpr unsigned kMostParity = 16;

  unsigned data = 0;
  unsigned parity = 0;

  constexpr bool any() const { return parity != 0; }
  friend bool operator==(const GroupShape&, const GroupShape&) = default;
};

}  // namespace status::storage
